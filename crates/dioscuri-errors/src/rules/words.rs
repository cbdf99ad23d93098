//! What an error speaks of, as the servers say it. The words are those of the servers, never of who quotes them.

use crate::{Detail, Facts};

pub(super) fn hundred(f: &Facts<'_>) -> Option<u16> {
    f.error.status().map(|status| status / 100)
}

/// `* GenerateContentRequest.contents[0].parts: …`: the server names the field before the colon.
pub(super) fn names_a_field(f: &Facts<'_>) -> bool {
    let message = f.error.message();
    message.match_indices("Request.").any(|(at, found)| {
        let path = &message[at + found.len()..];
        let length = path
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"_[].".contains(byte))
            .count();
        let named = message[..at].ends_with(|c: char| c.is_ascii_alphabetic());
        named && length > 2 && path[length..].starts_with(": ")
    })
}

/// How the servers begin to refuse a request.
pub(super) fn refuses_the_request(f: &Facts<'_>) -> bool {
    f.says_any(&[
        "request contains an invalid argument",
        "invalid json payload received",
        "unable to submit request because",
        "please ensure that function",
        "please ensure that the number of function",
        "is missing a thought_signature",
        "multiple authentication credentials received",
        "proto field is not repeating",
        "minimum allowed deadline is",
    ])
}

/// How HTTP libraries say that the other side broke off, or that a page stood where JSON should.
pub(super) fn speaks_of_the_connection(f: &Facts<'_>) -> bool {
    f.says_any(&[
        "server disconnected",
        "remote end closed connection",
        "socket hang up",
        "econnreset",
        "econnrefused",
        "connection reset by peer",
        "fetch failed",
        "failed to fetch",
        "error fetching from",
        "error sending request",
        "connection error",
        "socketexception",
        " enotfound",
        "eai_again",
        "getaddrinfo",
        "name or service not known",
        "network is unreachable",
        "unexpected token '<'",
        "upstream connect error",
        "!doctype html",
    ])
}

pub(super) fn speaks_of_capacity(f: &Facts<'_>) -> bool {
    f.says_any(&[
        "overloaded",
        "high demand",
        "no capacity",
        "out of capacity",
        "provisioned throughput",
    ])
}

/// "Please check your plan and billing details" stands in every quota refusal: billing alone tells nothing.
pub(super) fn speaks_of_money(f: &Facts<'_>) -> bool {
    let prepaid = f.says_any(&["prepay", "prepaid"]);
    // "Lightning dunning decision is deny for project": the bill of the account is not paid.
    let unpaid = f.says("dunning decision is deny");
    let cap = f.says_any(&[
        "spending cap",
        "spend cap",
        "spending limit",
        "spend limit",
        "spend-based",
    ]);
    let credits = f.says("credits") && f.says_any(&["depleted", "exhausted", "insufficient"]);
    let off = f.says("billing") && f.says_any(&["to be enabled", "is disabled", "not enabled", "closed"]);
    prepaid || unpaid || cap || credits || off
}

pub(super) fn names_cached_content(f: &Facts<'_>) -> bool {
    f.says_any(&["cachedcontent", "cached content"]) || resource(f, "cachedcontent")
}

pub(super) fn names_a_file(f: &Facts<'_>) -> bool {
    f.begins("file ") || f.says_any(&["files/", "the file "]) || resource(f, "file")
}

pub(super) fn resource(f: &Facts<'_>, kind: &str) -> bool {
    f.error.details().iter().any(|detail| {
        matches!(detail, Detail::ResourceInfo(info) if info.kind.to_ascii_lowercase().contains(kind))
    })
}
