//! How a command ends, for the shell that started it.

/// The exit codes of `dioscuri`; a contract, listed in the README.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// What was asked for is there: every request has its answer, or a failure was found.
    Answered,
    /// The command line, the configuration or the input is wrong; nothing was sent.
    Usage,
    /// The command came to its end, and some requests have no answer, or no failure was found.
    Unanswered,
    /// The output cannot be written.
    Output,
    /// Ctrl-C or SIGTERM: 128 + SIGINT, as shells expect. One code for both, since what follows is the same:
    /// start it again, it goes on.
    Interrupted,
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Answered => 0,
            Self::Usage => 1,
            Self::Unanswered => 3,
            Self::Output => 4,
            Self::Interrupted => 130,
        }
    }
}

/// Why a command could not even begin, and with which code it ends.
#[derive(Debug)]
pub(crate) struct CannotStart {
    /// The code.
    pub(crate) exit: Exit,
    /// What to tell the user: what is wrong, and what to do.
    pub(crate) error: anyhow::Error,
}

impl From<anyhow::Error> for CannotStart {
    /// What nobody gave a code to is bad usage or bad input.
    fn from(error: anyhow::Error) -> Self {
        Self {
            exit: Exit::Usage,
            error,
        }
    }
}
