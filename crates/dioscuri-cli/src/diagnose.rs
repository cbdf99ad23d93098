//! `dioscuri diagnose`: any text in, what is wrong and what to do out.
//!
//! What is decided is pure, and the moment and the time zone are arguments: [`scan`] finds, [`report`] puts the
//! same things together, [`page`], [`object`] and [`label`] say it in their forms. Here the text is read.

mod again;
mod clock;
mod label;
mod lines;
mod object;
mod page;
mod phrases;
mod report;
mod scan;
mod source;
mod stamp;
mod timeline;
mod told;

use crate::{
    args::{self, DiagnosisForm},
    exit::{CannotStart, Exit},
    interrupts::interrupts,
    paper::Paper,
    progress::print,
    stdout,
};
use anyhow::Context as _;
use clock::Clock;
use dioscuri::parts::errors::catalogue::{Lang, Words};
use phrases::Phrases;
use report::Report;
use scan::Scan;
use source::{Source, Unreadable};
use std::io::{self, Write as _};

/// Says what is wrong in a text.
pub(crate) async fn diagnose(args: args::Diagnose) -> Result<Exit, CannotStart> {
    let source = Source::open(&args.file).map_err(anyhow::Error::from)?;
    if source.is_terminal {
        print("reading what you type or paste, until Ctrl-D at the start of a line");
    }
    let clock = Clock::of_system();
    if args.format == DiagnosisForm::Jsonl {
        return lines::run(source, clock.unix(), io::stdout().lock());
    }
    let read = read(source, &clock).await?;
    if read.report.total == 0 {
        print(&nothing(&read, args.lang));
    }
    let text = match args.format {
        DiagnosisForm::Json => {
            let object = object::Object::new(&read.report, &clock, args.lang);
            serde_json::to_string(&object).expect("a report has string keys") + "\n"
        }
        _ => page::write(&read.report, &clock, args.lang, Paper::for_stdout()),
    };
    stdout::is_over(io::stdout().lock().write_all(text.as_bytes()))?;
    Ok(match read.report.total {
        _ if read.is_interrupted => Exit::Interrupted,
        0 => Exit::Unanswered,
        _ => Exit::Answered,
    })
}

/// A text that was read to its end, or until somebody had enough.
struct Read {
    report: Report,
    /// In bytes.
    length: u64,
    is_binary: bool,
    is_interrupted: bool,
}

/// Reads `source` to its end or to the first Ctrl-C: of a log that is followed, what has come until then is told.
async fn read(source: Source, clock: &Clock) -> Result<Read, CannotStart> {
    let mut interrupts = interrupts().context("cannot listen for Ctrl-C")?;
    let mut pieces = source.pieces();
    let mut scan = Scan::new(clock.unix());
    let mut read = Read {
        report: Report::new(clock.clone()),
        length: 0,
        is_binary: false,
        is_interrupted: false,
    };
    let mut take = |piece: Result<Vec<u8>, Unreadable>, read: &mut Read| {
        let piece = piece.map_err(anyhow::Error::from)?;
        read.is_binary |= piece.contains(&0);
        scan.push(&piece, |found| read.report.add(found));
        Ok::<_, CannotStart>(())
    };
    while !read.is_interrupted {
        tokio::select! {
            piece = pieces.recv() => match piece {
                Some(piece) => take(piece, &mut read)?,
                None => break,
            },
            _ = interrupts.recv() => read.is_interrupted = true,
        }
    }
    // What was read before the interrupt, and not looked at yet.
    while let Ok(piece) = pieces.try_recv() {
        take(piece, &mut read)?;
    }
    read.length = scan.length();
    scan.finish(|found| read.report.add(found));
    Ok(read)
}

/// Why nothing was found, as far as that can be told.
fn nothing(read: &Read, lang: Lang) -> String {
    let (words, phrases) = (Words::of(lang), Phrases::of(lang));
    let why = match read.length {
        0 => phrases.empty,
        _ if read.is_binary => phrases.binary,
        _ => "",
    };
    format!("{} {why}", words.nothing_found).trim_end().to_owned()
}
