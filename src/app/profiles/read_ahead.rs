//! Reads many profiles of a team with few questions to its database.

use crate::app::handle::App;

/// How many are read at once: some megabytes.
const MANY: usize = 500;

/// The profiles of a team that are read one after the other from now on.
pub(in crate::app) struct ReadAhead {
    names: Vec<String>,
    next: usize,
}

impl ReadAhead {
    /// In the order in which they are read. A few are read one by one.
    pub(in crate::app) fn of(names: Vec<String>) -> Self {
        Self { names, next: 0 }
    }

    /// Before the next one is read. What could not be read ahead is asked for one by one, which says why.
    pub(in crate::app) async fn step(&mut self, app: &App) {
        if self.names.len() > 1 && self.next.is_multiple_of(MANY) {
            self.read(app).await;
        }
        self.next += 1;
    }

    /// After the last one.
    pub(in crate::app) async fn finish(mut self, app: &App) {
        if self.names.len() > 1 {
            self.next = self.names.len();
            self.read(app).await;
        }
    }

    async fn read(&self, app: &App) {
        let next: Vec<String> = self.names.iter().skip(self.next).take(MANY).cloned().collect();
        let _ = app.with_store(move |store| store.read_ahead(&next)).await;
    }
}
