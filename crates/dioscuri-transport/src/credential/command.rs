//! Bearer tokens from a command's standard output.

use super::{BearerError, BearerSource, Secret, Token};
use std::{io::ErrorKind, process::Stdio, sync::Arc, time::Duration};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

/// How long a token is used before the command is asked again.
const FRESH: Duration = Duration::from_secs(5 * 60);

/// How long the command may take; gcloud needs one to three seconds on a cold start.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Command {
    shared: Arc<Shared>,
}

struct Shared {
    words: Vec<String>,
    last: Mutex<Option<(Instant, Secret)>>,
}

impl Command {
    pub(crate) fn new(words: Vec<String>) -> Self {
        let last = Mutex::new(None);
        Self {
            shared: Arc::new(Shared { words, last }),
        }
    }
}

#[async_trait::async_trait]
impl BearerSource for Command {
    async fn token(&self) -> Result<Token, BearerError> {
        // A task of its own: a caller that stops polling must not stop the others.
        let shared = Arc::clone(&self.shared);
        let fetched = tokio::spawn(async move { shared.fetch().await }).await;
        let secret =
            fetched.unwrap_or_else(|_| Err(BearerError::transient("the runtime is shutting down")))?;
        Ok(Token::new(secret))
    }
}

impl Shared {
    async fn fetch(&self) -> Result<Secret, BearerError> {
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

    async fn run(&self) -> Result<Secret, BearerError> {
        let Some((program, arguments)) = self.words.split_first() else {
            return Err(BearerError::permanent("the command is empty"));
        };
        let failed = |why: String| BearerError::transient(format!("`{program}` {why}"));
        let mut command = tokio::process::Command::new(program);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let output = match timeout(PATIENCE, command.output()).await {
            Ok(Ok(output)) => output,
            Ok(Err(error)) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
                return Err(BearerError::permanent(format!(
                    "`{program}` cannot be run: {error}"
                )));
            }
            Ok(Err(error)) => return Err(failed(format!("could not be run: {error}"))),
            Err(_) => return Err(failed(format!("took longer than {PATIENCE:?}"))),
        };
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
