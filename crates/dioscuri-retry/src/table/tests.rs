//! The table as a table.

use super::*;
use When::{Backoff, Hinted, Never, Now, OtherKey};

#[test]
fn no_class_lacks_a_row() {
    for class in Class::ALL {
        assert!(standard::row(*class).is_some(), "{class} has no row");
    }
}

#[track_caller]
fn check(class: Class, here: When, elsewhere: When, fallback: When, counts: bool) {
    let row = Table::standard().of(class);
    assert_eq!(
        (row.here, row.elsewhere, row.fallback, row.counts),
        (here, elsewhere, fallback, counts),
        "{class}"
    );
}

#[test]
fn quotas_wait_for_their_time_and_go_elsewhere_at_once() {
    check(Class::QuotaMinute, Backoff, Now, Never, false);
    check(Class::QuotaDay, Backoff, Now, Now, false);
}

#[test]
fn what_only_an_operator_can_mend_is_left_at_once() {
    check(Class::QuotaZero, Never, Now, Now, false);
    check(Class::NotFound, Never, Now, Now, false);
    check(Class::ServiceDisabled, Never, Now, Now, false);
    check(Class::AuthInvalidKey, OtherKey, Now, Now, false);
    check(Class::Unauthenticated, OtherKey, Now, Now, false);
    check(Class::PermissionDenied, OtherKey, Now, Now, false);
    check(Class::Billing, Hinted, Now, Now, false);
}

#[test]
fn lack_of_capacity_tries_other_regions_first() {
    for class in [
        Class::QuotaUnspecified,
        Class::Capacity,
        Class::Unavailable,
        Class::GatewayError,
    ] {
        check(class, Backoff, Now, Now, true);
        assert_eq!(Table::standard().of(class).fallback_after, 3);
    }
}

#[test]
fn faults_are_tried_again_after_a_backoff() {
    check(Class::Internal, Backoff, Backoff, Never, true);
    check(Class::Unknown, Backoff, Backoff, Never, true);
    check(Class::Connection, Backoff, Backoff, Never, true);
    check(Class::Cancelled, Backoff, Backoff, Never, true);
    check(Class::Conflict, Backoff, Backoff, Never, true);
    check(Class::DeadlineExceeded, Backoff, Never, Now, true);
}

#[test]
fn wrong_requests_are_never_repeated() {
    for class in [
        Class::InvalidRequest,
        Class::UnsupportedRegion,
        Class::BlockedPrompt,
        Class::BlockedResponse,
    ] {
        assert!(Table::standard().of(class).is_permanent(), "{class}");
    }
    check(Class::ContextTooLong, Never, Never, Now, true);
    check(Class::FailedPrecondition, Hinted, Never, Never, true);
}

#[test]
fn useless_answers_are_asked_for_once_more() {
    for class in [Class::Recitation, Class::MalformedOutput, Class::EmptyResponse] {
        check(class, Backoff, Never, Never, true);
        assert_eq!(Table::standard().of(class).attempts_here, 2);
    }
}

#[test]
fn what_was_never_sent_is_free() {
    let table = Table::standard();
    for class in Class::ALL {
        let row = table.row(&Failure::new(*class), Phase::NotSent);
        assert_eq!((row.counts, row.charge), (false, Charge::Free), "{class}");
    }
    let unsent = table.row(&Failure::new(Class::Connection), Phase::NotSent);
    assert_eq!((unsent.here, unsent.elsewhere), (Backoff, Now));
}

#[test]
fn what_was_committed_is_never_repeated() {
    for class in Class::ALL {
        let row = Table::standard().row(&Failure::new(*class), Phase::Committed);
        assert!(row.is_permanent(), "{class}");
    }
}

#[test]
fn a_missing_file_of_the_caller_is_missing_everywhere() {
    let mut missing = Failure::new(Class::NotFound);
    missing.scope = Scope::Caller;
    assert!(Table::standard().row(&missing, Phase::Answered).is_permanent());
}

#[test]
fn the_last_row_given_for_a_class_holds() {
    let table = Table::standard()
        .with(Class::Internal, Row::PERMANENT)
        .with(Class::Internal, Row::PERMANENT.with_fallback(Now, 1));
    assert_eq!(table.of(Class::Internal).fallback, Now);
    assert_eq!(table.of(Class::Unknown), Table::standard().of(Class::Unknown));
}
