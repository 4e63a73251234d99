//! Captures, archives, hashes, logs and verifies what may be gone tomorrow.
