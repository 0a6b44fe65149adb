"""How the chapters become a book: pages that need no network, and editions to take along."""
