//! Bearer tokens from a command's standard output.

use super::{BearerError, BearerSource, Secret};
use std::{process::Stdio, time::Duration};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

/// How long a token is used before the command is asked again.
const FRESH: Duration = Duration::from_secs(5 * 60);

/// How long the command may take; gcloud needs one to three seconds on a cold start.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Command {
    words: Vec<String>,
    last: Mutex<Option<(Instant, Secret)>>,
}

impl Command {
    pub(crate) fn new(words: Vec<String>) -> Self {
        Self {
            words,
            last: Mutex::new(None),
        }
    }

    async fn run(&self) -> Result<Secret, BearerError> {
        let (program, arguments) = self
            .words
            .split_first()
            .ok_or_else(|| BearerError::new("the command is empty"))?;
        let failed = |why: String| BearerError::new(format!("`{program}` {why}"));
        let mut command = tokio::process::Command::new(program);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let output = timeout(PATIENCE, command.output())
            .await
            .map_err(|_| failed(format!("took longer than {PATIENCE:?}")))?
            .map_err(|error| failed(format!("could not be run: {error}")))?;
        if !output.status.success() {
            return Err(failed(format!("ended with {}", output.status)));
        }
        let token = Secret::new(&String::from_utf8_lossy(&output.stdout));
        if token.is_empty() {
            Err(failed("printed nothing".to_owned()))
        } else {
            Ok(token)
        }
    }
}

#[async_trait::async_trait]
impl BearerSource for Command {
    async fn token(&self) -> Result<Secret, BearerError> {
        // Held while the command runs, so that a hundred calls start it once.
        let mut last = self.last.lock().await;
        if let Some((at, token)) = &*last
            && at.elapsed() < FRESH
        {
            return Ok(token.clone());
        }
        let token = self.run().await?;
        *last = Some((Instant::now(), token.clone()));
        Ok(token)
    }
}
