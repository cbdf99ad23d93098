//! Who is preferred, who is left out, and who leaves for doing badly.

use crate::stage::Stage;
use dioscuri_pool::{
    Config, EndpointSpec, Excluded, JurisdictionId, PlaceId, Pool as _, RegionPool, Tier, Want,
};
use dioscuri_vocab::{Class, CredentialId, EndpointId};
use std::time::Duration;

const US: JurisdictionId = JurisdictionId(0);
const EU: JurisdictionId = JurisdictionId(1);

fn spec(number: u32) -> EndpointSpec {
    EndpointSpec::new(EndpointId(number), [CredentialId(number)]).with_place(PlaceId(number))
}

fn stage(config: Config, specs: impl IntoIterator<Item = EndpointSpec>) -> Stage {
    let pool = RegionPool::new(config);
    for spec in specs {
        pool.add(spec).expect("each number is new");
    }
    Stage::new(pool)
}

fn tiers(config: Config) -> Stage {
    let tiers = [Tier::Priority, Tier::Standard, Tier::Flex, Tier::Provisioned];
    stage(
        config,
        (0..)
            .zip(tiers)
            .map(|(number, tier)| spec(number).with_tier(tier)),
    )
}

#[test]
fn earlier_tiers_are_offered_first_and_later_ones_when_they_are_not_ready() {
    let stage = tiers(Config::new());
    assert_eq!(stage.open(&Want::link(0)), [3, 1, 2, 0]);
    stage
        .pool
        .rest(EndpointId(3), Some(stage.now.after(Duration::from_secs(5))));
    assert_eq!(stage.open(&Want::link(0)), [1, 2, 0]);
    let last = stage.offered(&Want::link(0)).pop().expect("four are offered");
    assert_eq!((last.endpoint.0, last.rank), (3, 0));
    stage.pool.rest(EndpointId(3), None);
    assert_eq!(stage.open(&Want::link(0)), [3, 1, 2, 0]);
}

#[test]
fn the_order_of_tiers_is_the_users() {
    let stage = tiers(Config::new().with_tiers([Tier::Flex, Tier::Standard, Tier::Priority]));
    assert_eq!(stage.open(&Want::link(0)), [2, 1, 0, 3]);
}

#[test]
fn a_rest_ends_by_itself() {
    let mut stage = tiers(Config::new());
    stage
        .pool
        .rest(EndpointId(3), Some(stage.now.after(Duration::from_secs(5))));
    assert_eq!(
        stage.state(3).rest_until,
        Some(stage.now.after(Duration::from_secs(5)))
    );
    // It is a hint: who has found room there may begin.
    assert!(stage.begin(3).is_some());
    stage.pass(5);
    assert_eq!(stage.open(&Want::link(0)), [3, 1, 2, 0]);
    assert_eq!(stage.state(3).rest_until, None);
}

#[test]
fn what_was_served_by_a_lesser_tier_is_preferred_no_more_for_a_while() {
    let mut stage = tiers(Config::new().with_tiers([Tier::Priority, Tier::Flex, Tier::Standard]));
    stage.succeed(0, Some("standard"));
    assert_eq!(stage.open(&Want::link(0))[0], 2);
    let its = stage.state(0);
    assert_eq!(
        (its.tier, its.served_tier),
        (Tier::Priority, Some(Tier::Standard))
    );
    stage.pass(300);
    assert_eq!(stage.open(&Want::link(0))[0], 0);
    stage.succeed(0, Some("STANDARD"));
    assert_eq!(stage.open(&Want::link(0))[0], 2);
    stage.succeed(0, Some("ON_DEMAND_PRIORITY"));
    assert_eq!(stage.open(&Want::link(0))[0], 0);
}

#[test]
fn nothing_above_the_price_limit_is_offered() {
    let specs = || {
        (0..3)
            .map(|number| spec(number).with_price(u64::from(number) * 100))
            .chain([spec(3)])
    };
    let stage = stage(Config::new().with_price_limit(100), specs());
    assert_eq!(stage.open(&Want::link(0)).len(), 3);
    assert_eq!(stage.state(2).excluded, Some(Excluded::Price));
    let mut open = stage.open(&Want::link(0).up_to(Some(50)));
    open.sort_unstable();
    assert_eq!(open, [0, 3]);
}

#[test]
fn nothing_outside_of_the_jurisdictions_is_ever_offered() {
    let specs = [
        spec(0).with_jurisdiction(US),
        spec(1).with_jurisdiction(EU),
        spec(2),
    ];
    let mut stage = stage(Config::new().with_residency([EU]), specs.clone());
    assert_eq!(stage.open(&Want::link(0)), [1]);
    assert_eq!(stage.offered(&Want::link(0)).len(), 1);
    assert!(stage.begin(0).is_none() && stage.begin(2).is_none());
    for outside in [0, 2] {
        let its = stage.state(outside);
        assert_eq!((its.excluded, its.open_at), (Some(Excluded::Residency), None));
    }
    let anywhere = self::stage(Config::new(), specs);
    assert_eq!(anywhere.open(&Want::link(0)).len(), 3);
    assert_eq!(anywhere.open(&Want::link(0).residing(Some(&[US]))), [0]);
}

/// So many successes at each of the others, and failures at endpoint 0 between successes: one in `share` succeeds.
fn mixed(stage: &mut Stage, endpoints: u32, rounds: u32, share: u32) {
    for round in 0..rounds {
        (1..endpoints).for_each(|peer| stage.succeed(peer, None));
        if stage.state(0).open_at.is_some_and(|at| at <= stage.now) {
            if round % share == 0 {
                stage.succeed(0, None);
            } else {
                stage.fail(0, Class::GatewayError);
            }
        }
    }
}

#[test]
fn who_does_much_worse_than_its_peers_leaves_for_a_growing_time() {
    let mut stage = stage(Config::new(), (0..4).map(spec));
    mixed(&mut stage, 4, 80, 5);
    let until = stage.state(0).ejected_until.expect("it fails four times in five");
    assert!(until.since(stage.now) <= Duration::from_secs(30));
    assert!(!stage.open(&Want::link(0)).contains(&0));
    let first = until.since(stage.now);
    stage.now = until;
    assert!(stage.open(&Want::link(0)).contains(&0));
    mixed(&mut stage, 4, 80, 5);
    let again = stage
        .state(0)
        .ejected_until
        .expect("it still does")
        .since(stage.now);
    assert!(again > first.max(Duration::from_secs(30)), "{again:?}");
}

#[test]
fn half_of_the_answers_are_worth_having() {
    let mut stage = stage(Config::new(), (0..4).map(spec));
    mixed(&mut stage, 4, 200, 2);
    assert_eq!(stage.state(0).ejected_until, None);
}

#[test]
fn the_only_endpoint_is_never_ejected() {
    let mut stage = stage(Config::new(), [spec(0)]);
    mixed(&mut stage, 1, 300, 5);
    assert_eq!(stage.state(0).ejected_until, None);
}

#[test]
fn at_most_half_of_a_link_is_ejected() {
    let mut stage = stage(Config::new(), (0..4).map(spec));
    for round in 0..200 {
        stage.succeed(3, None);
        for bad in 0..3 {
            if stage.state(bad).open_at.is_some_and(|at| at <= stage.now) {
                if round % 5 == 0 {
                    stage.succeed(bad, None);
                } else {
                    stage.fail(bad, Class::GatewayError);
                }
            }
        }
        let ejected = (0..4)
            .filter(|one| stage.state(*one).ejected_until.is_some())
            .count();
        assert!(ejected <= 2);
    }
}

#[test]
fn a_slow_endpoint_is_loaded_less_and_a_refusal_by_quota_does_not_count() {
    let mut stage = stage(Config::new(), (0..3).map(spec));
    for _ in 0..5 {
        stage.succeed(0, None);
        stage.fail(1, Class::QuotaMinute);
        let flight = stage.begin(2).expect("the endpoint is open");
        stage.pass(2);
        stage.end(
            &flight,
            &dioscuri_vocab::Outcome::Success(dioscuri_vocab::Served::new()),
        );
    }
    let load = |endpoint| stage.state(endpoint).load;
    assert!((load(1) - 1.0).abs() < 0.01, "{}", load(1));
    assert!(load(0) < load(1) && load(2) > 2.0 * load(0));
}
