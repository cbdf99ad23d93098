//! Chinese, in simplified characters.

mod answers;
mod cases;
mod classes;
mod phrases;
mod reasons;

use super::{Book, Words};

pub(super) static BOOK: Book = Book {
    classes: &classes::ENTRIES,
    reasons: &reasons::ENTRIES,
    finishes: &answers::FINISHES,
    blocks: &answers::BLOCKS,
    cases: &cases::ENTRIES,
    phrases: &phrases::PHRASES,
    words: &WORDS,
};

const WORDS: Words = Words {
    server_said: "服务器原文",
    translation: "译文",
    what_happened: "发生了什么",
    why: "原因",
    beware: "注意",
    do_now: "现在怎么办",
    do_for_good: "如何根治",
    prevent: "如何预防",
    try_again: "何时重试",
    read: "参考文档",
    status_page: "状态页",
    class: "类别",
    reason: "错误原因",
    finish_reason: "结束原因",
    block_reason: "拦截原因",
    summary: "汇总",
    nothing_found: "这段文本里没有发现 Gemini API 的错误。",
    unknown_name: "没有 {name} 的相关说明。",
    seen: "出现 {count} 次",
    between: "从 {from} 到 {to}",
    local: "本地时间 {time}",
    pacific: "太平洋时间 {time}",
    again_after_change: "先改动再试：原样重发还会失败。",
    again_after: "{wait}后：{when}。",
    again_next_pacific_day: "太平洋时间零点之后：{when}。",
    again_probe: "在此之前，{wait}后可以只试一次；如果仍被拒，就等配额重置。",
    again_at_reset: "等套餐的时间窗口重置。服务器没有说明时间，可能是几小时到几天。",
    again_backoff: "退避重试：先等 {first}，之后每次翻倍，最长 {last}，加随机抖动，最多 {attempts} 次。",
    again_once: "可以立刻重试一次；如果再次出现，就要修改请求。",
    units: [" 天", " 小时", " 分钟", " 秒", " 毫秒"],
    thousands: ",",
};
