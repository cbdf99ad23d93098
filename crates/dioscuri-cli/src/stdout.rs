//! Standard output, and whether somebody still reads it.

use crate::exit::{CannotStart, Exit};
use std::io;

/// Whether `written` says that the reader has gone, as `head` does when it has seen enough: no failure, and
/// nothing more to do.
///
/// # Errors
///
/// If it failed otherwise, with the code of an output that cannot be written.
pub(crate) fn is_over(written: io::Result<()>) -> Result<bool, CannotStart> {
    match written {
        Ok(()) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        Err(error) => Err(CannotStart {
            exit: Exit::Output,
            error: anyhow::Error::new(error).context("cannot write to standard output"),
        }),
    }
}
