"""Adam in one pass over each variable."""

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import tensorflow as tf


class FusedAdam(keras.optimizers.Adam):
    """Keras's Adam, each variable updated by TensorFlow's one operation for it.

    The operation reads and writes a variable and its two moments once; Keras's own update is
    some ten operations, each of which goes through memory. The result is the same up to
    rounding, with the same formula for the bias of the moments and the same place of epsilon.

    Source: kingma2015adam, the formulation before Section 2.1.
    """

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Update one variable; Keras calls this for each."""
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(tf.cast(self.beta_1, variable.dtype), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, variable.dtype), step),
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )
