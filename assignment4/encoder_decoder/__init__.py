"""Exercise 2: the encoder-decoder, its losses and targets, its training and its judge."""

from assignment4.encoder_decoder.models import build_decoder, build_encoder, build_encoder_decoder

__all__ = ["build_decoder", "build_encoder", "build_encoder_decoder"]
