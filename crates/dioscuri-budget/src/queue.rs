//! A fair queue: first come first served within a priority, equal shares for tenants, nobody past a deadline.

mod number;
#[cfg(test)]
mod tests;

use dioscuri_vocab::Tick;
use number::Number;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, btree_map},
};

/// The place of one item in a [`FairQueue`]. It stays valid after the item was popped, to come back with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ticket {
    priority: u8,
    tenant: u32,
    number: Number,
    /// [`Tick::MAX`]: none.
    deadline: Tick,
}

impl Ticket {
    /// The priority it was pushed with.
    #[must_use]
    pub const fn priority(&self) -> u8 {
        self.priority
    }

    /// The tenant it was pushed for.
    #[must_use]
    pub const fn tenant(&self) -> u32 {
        self.tenant
    }

    /// When waiting is of no more use; [`Tick::MAX`] if it was pushed without a deadline.
    #[must_use]
    pub const fn deadline(&self) -> Tick {
        self.deadline
    }
}

/// Items that wait: by priority, then in equal shares of the tenants, then first come first served.
///
/// Everything but [`FairQueue::iter`] takes O(log n). Nothing is shared or locked here.
///
/// # What happens at a deadline?
///
/// Nothing by itself: the queue has no clock. [`FairQueue::next_deadline`] says when to come, and
/// [`FairQueue::expired`] hands out who is late, one by one, so that they can be told. An item does not lose its
/// turn before that: [`FairQueue::pop`] does not look at deadlines.
///
/// # How are shares kept?
///
/// By start-time fair queueing: a tenant's first item starts at the later of the queue's virtual time and the
/// end of the tenant's last service, and the earliest start goes first. A tenant that comes late is served
/// at once and saves nothing up; one that floods the queue delays itself only. An item that was removed
/// has cost its tenant nothing, and one that comes back with its [`Ticket`] is not charged again.
///
/// Source: Goyal, Vin, Cheng, "Start-time fair queueing", SIGCOMM 1996.
///
/// ```
/// use dioscuri_budget::FairQueue;
///
/// let mut queue = FairQueue::new();
/// let (batch, chat) = (1, 2);
/// for item in ["batch 1", "batch 2", "batch 3"] {
///     queue.push(0, batch, item);
/// }
/// queue.push(0, chat, "chat");
///
/// let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(_, item)| item).collect();
/// assert_eq!(order, ["batch 1", "chat", "batch 2", "batch 3"]);
/// ```
#[derive(Clone, Debug)]
pub struct FairQueue<T> {
    lanes: BTreeMap<Reverse<u8>, Lane<T>>,
    /// Everything that waits with a deadline, the earliest first.
    deadlines: BTreeSet<Due>,
    next: u64,
    len: usize,
}

impl<T> FairQueue<T> {
    /// An empty queue.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            lanes: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            next: 0,
            len: 0,
        }
    }

    /// An empty queue whose tickets are numbered from `number`.
    #[cfg(feature = "tokio")]
    pub(crate) const fn numbered_from(number: u64) -> Self {
        let mut queue = Self::new();
        queue.next = number;
        queue
    }

    /// Adds `item` behind all others of its `tenant` with the same `priority`; a higher priority goes first.
    pub fn push(&mut self, priority: u8, tenant: u32, item: T) -> Ticket {
        self.push_until(Tick::MAX, priority, tenant, item)
    }

    /// As [`FairQueue::push`]; from `deadline` on the item is [expired](FairQueue::expired).
    ///
    /// ```
    /// use dioscuri_budget::FairQueue;
    /// use dioscuri_vocab::Tick;
    ///
    /// let mut queue = FairQueue::new();
    /// queue.push_until(Tick(200), 0, 1, "patient");
    /// queue.push_until(Tick(100), 0, 1, "in a hurry");
    /// assert_eq!(queue.next_deadline(), Some(Tick(100)));
    /// assert_eq!(queue.expired(Tick(100)).map(|(_, item)| item), Some("in a hurry"));
    /// assert_eq!(queue.expired(Tick(100)), None);
    /// assert_eq!(queue.pop().map(|(_, item)| item), Some("patient"));
    /// ```
    pub fn push_until(&mut self, deadline: Tick, priority: u8, tenant: u32, item: T) -> Ticket {
        let ticket = Ticket {
            priority,
            tenant,
            number: Number(self.next),
            deadline,
        };
        self.next += 1;
        self.insert(ticket, item);
        ticket
    }

    /// Puts `item` back where `ticket` stood: before everything of its tenant that came later.
    ///
    /// The service that it was popped for is given back to the tenant. Returns the item that waited under
    /// this ticket, if there was one.
    pub fn push_back_in(&mut self, ticket: Ticket, item: T) -> Option<T> {
        let before = self.remove(ticket);
        if before.is_none()
            && let Some(lane) = self.lanes.get_mut(&Reverse(ticket.priority))
        {
            lane.give_back(ticket.tenant);
        }
        self.insert(ticket, item);
        before
    }

    /// The item that goes next.
    #[must_use]
    pub fn first(&self) -> Option<(Ticket, &T)> {
        let (Reverse(priority), lane) = self.lanes.first_key_value()?;
        let head = lane.heads.first()?;
        let waiting = lane.tenants.get(&head.tenant)?.waiting.get(&head.number)?;
        Some((head.ticket(*priority, waiting.deadline), &waiting.item))
    }

    /// Takes the item that goes next.
    pub fn pop(&mut self) -> Option<(Ticket, T)> {
        let mut entry = self.lanes.first_entry()?;
        let priority = entry.key().0;
        let (head, waiting) = entry.get_mut().pop()?;
        if entry.get().heads.is_empty() {
            entry.remove();
        }
        let ticket = head.ticket(priority, waiting.deadline);
        self.left(ticket);
        Some((ticket, waiting.item))
    }

    /// Takes the item of `ticket` out, wherever it stands; `None` if it does not wait.
    pub fn remove(&mut self, ticket: Ticket) -> Option<T> {
        let lane = self.lanes.get_mut(&Reverse(ticket.priority))?;
        let waiting = lane.remove(ticket.tenant, ticket.number)?;
        if lane.heads.is_empty() {
            self.lanes.remove(&Reverse(ticket.priority));
        }
        self.left(ticket);
        Some(waiting.item)
    }

    /// Takes out an item whose deadline is at or before `now`, the earliest first; `None` if there is none (left).
    ///
    /// Its tenant is not charged.
    pub fn expired(&mut self, now: Tick) -> Option<(Ticket, T)> {
        let due = self.deadlines.first().filter(|due| due.0 <= now)?;
        let ticket = due.1;
        let item = self.remove(ticket)?;
        Some((ticket, item))
    }

    /// The earliest deadline of all that wait; `None` if nobody has one.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Tick> {
        self.deadlines.first().map(|due| due.0)
    }

    /// How many items wait.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Everything that waits, in the order in which it would be popped.
    ///
    /// The first item of a priority takes O(tenants), each further one O(log tenants).
    #[must_use]
    pub fn iter(&self) -> InOrder<'_, T> {
        InOrder {
            lanes: self.lanes.iter(),
            priority: 0,
            heads: BinaryHeap::new(),
        }
    }

    fn insert(&mut self, ticket: Ticket, item: T) {
        let lane = self.lanes.entry(Reverse(ticket.priority)).or_default();
        let deadline = ticket.deadline;
        lane.insert(ticket.tenant, ticket.number, Waiting { item, deadline });
        self.deadlines.extend(due(ticket));
        self.len += 1;
    }

    /// The item of `ticket` waits no more.
    fn left(&mut self, ticket: Ticket) {
        if let Some(due) = due(ticket) {
            self.deadlines.remove(&due);
        }
        self.len -= 1;
    }
}

/// A deadline and whose it is.
type Due = (Tick, Ticket);

fn due(ticket: Ticket) -> Option<Due> {
    (ticket.deadline != Tick::MAX).then_some((ticket.deadline, ticket))
}

#[derive(Clone, Debug)]
struct Waiting<T> {
    item: T,
    deadline: Tick,
}

impl<T> Default for FairQueue<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, T> IntoIterator for &'a FairQueue<T> {
    type Item = (Ticket, &'a T);
    type IntoIter = InOrder<'a, T>;

    fn into_iter(self) -> InOrder<'a, T> {
        self.iter()
    }
}

/// All items of one priority. It is dropped when the last one leaves: nobody is left to compare with.
#[derive(Clone, Debug)]
struct Lane<T> {
    /// The start of the last service.
    clock: u64,
    tenants: BTreeMap<u32, Tenant<T>>,
    heads: BTreeSet<Head>,
    /// Tenants without an item whose last service ends after `clock`, by that end.
    idle: BTreeSet<(u64, u32)>,
}

#[derive(Clone, Debug)]
struct Tenant<T> {
    /// The start of the service of its first item.
    start: u64,
    waiting: BTreeMap<Number, Waiting<T>>,
}

/// The first item of a tenant, ordered by its turn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Head {
    start: u64,
    number: Number,
    tenant: u32,
}

impl Head {
    const fn ticket(self, priority: u8, deadline: Tick) -> Ticket {
        Ticket {
            priority,
            tenant: self.tenant,
            number: self.number,
            deadline,
        }
    }
}

impl<T> Default for Lane<T> {
    fn default() -> Self {
        Self {
            clock: 0,
            tenants: BTreeMap::new(),
            heads: BTreeSet::new(),
            idle: BTreeSet::new(),
        }
    }
}

impl<T> Lane<T> {
    fn insert(&mut self, id: u32, number: Number, waiting: Waiting<T>) {
        let clock = self.clock;
        let tenant = self.tenants.entry(id).or_insert_with(|| Tenant::new(clock));
        if let Some(head) = tenant.head(id) {
            self.heads.remove(&head);
        } else {
            // It does not start before the clock: whoever would was forgotten when the clock moved on.
            self.idle.remove(&(tenant.start, id));
        }
        tenant.waiting.insert(number, waiting);
        self.heads.extend(tenant.head(id));
    }

    fn pop(&mut self) -> Option<(Head, Waiting<T>)> {
        let head = *self.heads.first()?;
        self.clock = head.start;
        let waiting = self.take(head.tenant, head.number, head.start + 1)?;
        while let Some((_, id)) = self.idle.first().filter(|(end, _)| *end <= self.clock).copied() {
            self.idle.pop_first();
            self.tenants.remove(&id);
        }
        Some((head, waiting))
    }

    fn remove(&mut self, id: u32, number: Number) -> Option<Waiting<T>> {
        let start = self.tenants.get(&id)?.start;
        self.take(id, number, start)
    }

    /// Takes an item; the tenant's next service starts at `start`.
    fn take(&mut self, id: u32, number: Number, start: u64) -> Option<Waiting<T>> {
        let tenant = self.tenants.get_mut(&id)?;
        let before = tenant.head(id);
        let waiting = tenant.waiting.remove(&number)?;
        if let Some(head) = before {
            self.heads.remove(&head);
        }
        tenant.start = start;
        if let Some(head) = tenant.head(id) {
            self.heads.insert(head);
        } else {
            self.idle.insert((start, id));
        }
        Some(waiting)
    }

    /// One service of tenant `id` did not take place.
    fn give_back(&mut self, id: u32) {
        let Some(tenant) = self.tenants.get_mut(&id) else {
            return;
        };
        let start = tenant.start.saturating_sub(1).max(self.clock);
        if let Some(head) = tenant.head(id) {
            self.heads.remove(&head);
            self.heads.insert(Head { start, ..head });
        } else {
            self.idle.remove(&(tenant.start, id));
            self.idle.insert((start, id));
        }
        tenant.start = start;
    }
}

impl<T> Tenant<T> {
    const fn new(start: u64) -> Self {
        Self {
            start,
            waiting: BTreeMap::new(),
        }
    }

    fn head(&self, tenant: u32) -> Option<Head> {
        let (number, _) = self.waiting.first_key_value()?;
        Some(Head {
            start: self.start,
            number: *number,
            tenant,
        })
    }
}

/// The items of a [`FairQueue`] in the order of their turns.
#[derive(Debug)]
pub struct InOrder<'a, T> {
    lanes: btree_map::Iter<'a, Reverse<u8>, Lane<T>>,
    priority: u8,
    heads: BinaryHeap<Reverse<Turn<'a, T>>>,
}

impl<'a, T> Iterator for InOrder<'a, T> {
    type Item = (Ticket, &'a T);

    fn next(&mut self) -> Option<Self::Item> {
        while self.heads.is_empty() {
            let (Reverse(priority), lane) = self.lanes.next()?;
            self.priority = *priority;
            self.heads = lane.heads.iter().filter_map(|head| lane.turn(*head)).collect();
        }
        let Reverse(mut turn) = self.heads.pop()?;
        let ticket = turn.head.ticket(self.priority, turn.waiting.deadline);
        let found = (ticket, &turn.waiting.item);
        if let Some((number, waiting)) = turn.rest.next() {
            turn.head.start += 1;
            turn.head.number = *number;
            turn.waiting = waiting;
            self.heads.push(Reverse(turn));
        }
        Some(found)
    }
}

impl<T> Lane<T> {
    fn turn(&self, head: Head) -> Option<Reverse<Turn<'_, T>>> {
        let mut rest = self.tenants.get(&head.tenant)?.waiting.iter();
        let (_, waiting) = rest.next()?;
        Some(Reverse(Turn { head, waiting, rest }))
    }
}

/// The next item of one tenant, and those behind it.
#[derive(Debug)]
struct Turn<'a, T> {
    head: Head,
    waiting: &'a Waiting<T>,
    rest: btree_map::Iter<'a, Number, Waiting<T>>,
}

impl<T> PartialEq for Turn<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.head == other.head
    }
}

impl<T> Eq for Turn<'_, T> {}

impl<T> PartialOrd for Turn<'_, T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Turn<'_, T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.head.cmp(&other.head)
    }
}
