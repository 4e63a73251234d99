//! Ctrl-C: asks work to stop at once and in good order.

use std::sync::Arc;
use std::thread;

use tokio::sync::watch;

/// A wish to stop, seen by everybody who holds a copy.
#[derive(Clone, Debug)]
pub struct Interrupt {
    sender: Arc<watch::Sender<bool>>,
}

impl Default for Interrupt {
    fn default() -> Self {
        Self { sender: Arc::new(watch::Sender::new(false)) }
    }
}

impl Interrupt {
    /// One that the user's Ctrl-C sets off; where the system has no such signal, never.
    #[must_use]
    pub fn on_ctrl_c() -> Self {
        let interrupt = Self::default();
        let copy = interrupt.clone();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime
                && runtime.block_on(tokio::signal::ctrl_c()).is_ok()
            {
                copy.fire();
            }
        });
        interrupt
    }

    /// Asks everybody to stop.
    pub fn fire(&self) {
        self.sender.send_replace(true);
    }

    /// True once somebody asked.
    #[must_use]
    pub fn has_fired(&self) -> bool {
        *self.sender.borrow()
    }

    /// Waits until somebody asks.
    pub async fn fired(&self) {
        // The sender lives as long as `self`, so this ends with the wish only.
        let _ = self.sender.subscribe().wait_for(|fired| *fired).await;
    }
}
