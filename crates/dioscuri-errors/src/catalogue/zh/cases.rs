//! The special cases of advice in Chinese.

use crate::advice::SUBJECTS;
use crate::catalogue::{Entry, Text, write};

pub(super) static ENTRIES: [Entry; SUBJECTS.len()] = write(&SUBJECTS, &TEXTS);

const TEXTS: [Text; SUBJECTS.len()] = [
    Text {
        name: "minute_held",
        meaning: "错误里写的是每分钟配额，但服务器要求等待的时间远不止一分钟。",
        cause: "每分钟配额一分钟后就会恢复；限制得更久的，是更长的时间窗口或针对过多请求的措施，服务器没有说明是哪一种。",
        now: &[
            "按服务器提示的时间等待，然后只发一个请求。",
            "在此期间停止向该项目和模型发送请求的所有循环。",
        ],
        for_good: &[
            "在自己这边按错误里给出的限额限流。",
            "提升层级，或把不急的任务交给 Batch API。",
        ],
        prevent: &["连续被拒几次就停下，不要逐个重发。"],
    },
    Text {
        name: "minute_vertex",
        meaning: "您的 Google Cloud 项目的某项每分钟配额已用完。",
        cause: "这是 Vertex AI 的固定配额，按项目、区域和基础模型计算。",
        now: &[
            "等这一分钟过去，再发送。",
            "在 Cloud 控制台（IAM 和管理 > 配额）查看用量。",
        ],
        for_good: &[
            "在 Cloud 控制台申请提高配额。",
            "使用 global 端点或其他区域：各有各的配额。",
            "不急的任务交给批量预测。",
        ],
        prevent: &["在自己这边限流，保持略低于限额。", "在配额的 80% 处设置告警。"],
    },
    Text {
        name: "minute_free",
        meaning: "免费层级的每分钟配额已用完。",
        cause: "免费层级每分钟只允许少量请求和 token，同一项目的所有密钥共用。",
        now: &[
            "等这一分钟过去，至少等到服务器提示的时间，再发送。",
            "一次只发一个请求。",
        ],
        for_good: &[
            "启用结算：第 1 层级立即生效，限额高出很多倍。",
            "在自己这边按错误里给出的限额限流。",
            "换用更轻的模型（Flash-Lite）：它的免费限额更高。",
        ],
        prevent: &[
            "把请求均匀分布在一分钟内，不要一次全部发出。",
            "如果先用完的是 token，就精简提示词。",
        ],
    },
    Text {
        name: "minute_tokens",
        meaning: "每分钟输入 token 配额（TPM）已用完。",
        cause: "最近一分钟的提示词加起来超过了限额。缓存的 token 也计算在内。",
        now: &["等这一分钟过去，再发送。", "发送更短的提示词，或减少并发。"],
        for_good: &[
            "按 token 限流，不只是按请求数：发送前先计数。",
            "提升层级，或用 Batch API 处理大提示词。",
            "只发送关键段落，不要发送整篇文档。",
        ],
        prevent: &["每次请求前预留预计的 token，再用 usageMetadata 校正。"],
    },
    Text {
        name: "day_plan",
        meaning: "您的套餐额度暂时用完了。",
        cause: "订阅和登录方式（Code Assist、Gemini CLI）在几小时到几天的窗口内有固定额度，这一份已经用完。",
        now: &[
            "等待重置；在那之前重试没有用。",
            "换用其他模型：它可能有单独的额度。",
        ],
        for_good: &["升级套餐，或者超出部分改用带密钥和结算的 API。"],
        prevent: &["小步骤用更轻的模型，并保持上下文简短。"],
    },
    Text {
        name: "day_tokens",
        meaning: "每日 token 配额已用完。",
        cause: "用完的是 token，不是请求数：当天发给此模型的所有提示词合并计算，缓存的 token 也算在内。同一项目的所有密钥共用该配额，在太平洋时间零点重置。",
        now: &[
            "最多试一次，之后停到重置为止：几乎每次都会被拒。",
            "换用您的层级包含的其他模型：每个模型有各自的每日配额。",
        ],
        for_good: &[
            "少发内容：只发关键段落而不是整篇文档，并缩短历史。",
            "启用结算或提升层级：付费层级每天的额度高出很多倍。",
            "启用结算后，大批量任务走 Batch API：它有单独的配额。",
        ],
        prevent: &[
            "发送前先计 token（countTokens 免费），并按天累计。",
            "保存答案：同样的长提示词不要发两遍。",
        ],
    },
    Text {
        name: "day_free",
        meaning: "免费层级的每日配额已用完。",
        cause: "免费层级对每个模型每天只允许少量请求，同一项目的所有密钥共用；配额在太平洋时间零点重置。",
        now: &[
            "最多试一次，之后停到重置为止：几乎每次都会被拒。",
            "换用您的层级包含的其他模型：每个模型有各自的每日配额，Flash-Lite 的更高。",
        ],
        for_good: &[
            "启用结算：第 1 层级立即生效，每天的额度高出数百倍。",
            "启用结算后，大批量任务走 Batch API，价格减半。",
            "把几个问题合并成一次请求：计数的是请求数，不是大小。",
        ],
        prevent: &[
            "按天、按模型统计请求数，到限额之前停下。",
            "缓存答案：同样的问题不要问两遍。",
        ],
    },
    Text {
        name: "own_quota",
        meaning: "您项目的一项配额已用完；文本没有说明是每分钟配额还是每日配额。",
        cause: "文本写明了配额，但没有写时间窗口。每分钟配额会自行恢复；每日配额在太平洋时间零点重置。同一项目的所有密钥共用。",
        now: &[
            "等到服务器提示的时间（没有提示就等一分钟），再试一次。",
            "如果仍被拒，那就是每日配额：停到重置为止，或换用其他模型。",
        ],
        for_good: &[
            "在自己这边按错误里给出的限额限流。",
            "如果限额不够用：启用结算或提升层级。",
        ],
        prevent: &[
            "按模型统计每分钟和每天的请求数与 token 数。",
            "保存完整的错误响应：其中的详细信息会写明时间窗口。",
        ],
    },
    Text {
        name: "zero_vertex",
        meaning: "限额为 0：该项目在此区域没有这个模型的配额。",
        cause: "并没有用掉任何配额。在 Vertex AI 上，有些模型和区域的初始配额就是 0。",
        now: &[
            "不要等待，也不要重试：这样永远不会成功。",
            "换用项目有配额的区域或模型，优先试 global 端点。",
        ],
        for_good: &["在 Cloud 控制台（IAM 和管理 > 配额）申请配额。"],
        prevent: &["部署之前先查看模型和区域的配额。"],
    },
    Text {
        name: "zero_free",
        meaning: "限额为 0：免费层级不包含这个模型。",
        cause: "并没有用掉任何配额。该模型只提供给付费项目，或已退出免费层级。",
        now: &[
            "不要等待，也不要重试：这样永远不会成功。",
            "改用免费层级包含的模型，见 aistudio.google.com/rate-limit。",
        ],
        for_good: &[
            "确实需要这个模型时，为该项目启用结算。",
            "如果已在付费：这个密钥属于没有结算的项目，请改用付费项目的密钥。",
        ],
        prevent: &["选模型之前先查它的限额，并关注更新日志。"],
    },
    Text {
        name: "provisioned",
        meaning: "您的预配吞吐量已用完，或者这里没有订购。",
        cause: "请求要求使用专属吞吐量（请求头 X-Vertex-AI-LLM-Request-Type: dedicated），而该模型和区域的订购量已用完或不存在。",
        now: &[
            "去掉这个请求头：超出订购量的部分会按用量计费（PayGo）处理。",
            "检查订购的模型和区域。",
        ],
        for_good: &["按峰值和输出 token 估算，订购更多单位（GSU）。"],
        prevent: &["监控订购量的使用率，在其计量窗口内削平峰值。"],
    },
    Text {
        name: "shared_capacity",
        meaning: "Vertex AI 的共享容量暂时耗尽；这不是您自己的配额。",
        cause: "所有客户的按量付费请求共同竞争这份容量；超出您的基准量之后没有保障。",
        now: &[
            "退避重试：先等一两秒，每次翻倍，加随机抖动。",
            "使用 global 端点或其他区域：各是独立的容量池。",
        ],
        for_good: &[
            "默认使用 global 端点；有数据驻留要求时，配置第二个区域作为备用。",
            "不能等待的流量：购买预配吞吐量，或使用 Priority PayGo。",
            "不急的任务交给批量预测或 Flex PayGo。",
        ],
        prevent: &["平滑流量：缓慢加量，避免一秒之内的突发。"],
    },
    Text {
        name: "prepaid",
        meaning: "预付余额已用完。",
        cause: "余额为 0 时，该结算账号名下所有项目的所有密钥会同时停用。",
        now: &["在 AI Studio（结算）充值，几分钟内生效。"],
        for_good: &["开启自动充值。", "互不相干的产品用各自的结算账号，避免互相牵连。"],
        prevent: &["关注余额并设置提醒；结算数据约有十分钟延迟。"],
    },
    Text {
        name: "spend_rate",
        meaning: "10 分钟内的支出已达到您所在层级的上限。",
        cause: "该限制针对最近 10 分钟的费用，窗口是滚动的：较早的调用移出窗口后就有余量。",
        now: &[
            "按服务器提示的时间等待，最多 10 分钟，然后放慢速度继续。",
            "在此之前先搁置大的、昂贵的请求。",
        ],
        for_good: &[
            "按成本限流，不只是按请求数：在每 10 分钟内均匀分布。",
            "提升层级：上限更高。",
            "不急的任务交给 Batch API，价格减半。",
        ],
        prevent: &["用 usageMetadata 累计最近 10 分钟的费用，在到达上限之前放慢速度。"],
    },
    Text {
        name: "monthly_cap",
        meaning: "项目的每月支出上限已达到。",
        cause: "这个上限由项目的管理者在 AI Studio 设置，到月底为止有效。",
        now: &[
            "在 AI Studio 的支出页面调高或取消项目的上限。",
            "如果要保留上限：项目会在下月 1 日恢复。",
        ],
        for_good: &["按实际用量设置上限。"],
        prevent: &["在预算的 50%、80% 和 100% 设置提醒；结算数据约有十分钟延迟。"],
    },
    Text {
        name: "spending_cap",
        meaning: "已达到支出上限。",
        cause: "可能是项目上限，或层级的月度上限。",
        now: &[
            "打开 AI Studio 的结算页：是哪个上限？",
            "自己设的上限：调高它。",
            "层级的月度上限：下月 1 日恢复，或升到下一层级。",
        ],
        for_good: &["按实际用量设置上限，及时提升层级。"],
        prevent: &["在预算的 50%、80% 和 100% 设置提醒，并按成本限流，不只是按请求数。"],
    },
    Text {
        name: "signature",
        meaning: "历史里缺少思考签名，或签名被改动。",
        cause: "Gemini 3 及以后要求 thoughtSignature 随所在的 part 原样传回，函数调用时尤其如此。",
        now: &["把模型的 part 连同签名原样传回。"],
        for_good: &[
            "历史里保存完整的 part，而不只是文字和名称。",
            "使用最新的 SDK 或框架：旧版本和很多中转服务会丢掉这个字段。",
        ],
        prevent: &["依赖某个中转服务之前，先完整测试一轮工具调用。"],
    },
    Text {
        name: "function_turns",
        meaning: "函数调用与函数响应的顺序或数量不对。",
        cause: "函数调用必须紧跟在用户轮次或函数响应之后，而且每个调用在下一轮里都要有且只有一个响应。",
        now: &[
            "检查历史：含 n 个调用的轮次之后，是含 n 个响应的轮次，顺序一致。",
            "不要在调用和响应之间截断历史。",
        ],
        for_good: &["裁剪历史时以完整轮次为单位，并让 SDK 维护对话。"],
        prevent: &["发送前检查顺序。"],
    },
    Text {
        name: "two_credentials",
        meaning: "请求带了两份凭据，只允许一份。",
        cause: "例如同时有密钥（x-goog-api-key 或 ?key=）和 Authorization 请求头；常常是代理加上的。",
        now: &["去掉其中一个。Developer API 保留 x-goog-api-key。"],
        for_good: &["只让一个地方添加凭据，并在代理里去掉客户端自带的凭据。"],
        prevent: &["清除会被 SDK 额外读取的环境变量。"],
    },
    Text {
        name: "small_cache",
        meaning: "内容太小，无法缓存。",
        cause: "显式缓存有最小量要求，视模型为 1,024 到 4,096 个 token。",
        now: &["不用缓存直接发送：这么少的内容缓存并不划算。"],
        for_good: &["只缓存达到模型最小量的内容；隐式缓存不需要任何调用。"],
        prevent: &["创建缓存之前先数 token。"],
    },
    Text {
        name: "thinking",
        meaning: "思考设置与模型不匹配。",
        cause: "2.5 系列用 thinkingBudget，之后的模型用 thinkingLevel；两者不能同时用，也不是每个模型都能关闭思考。",
        now: &["去掉 thinkingConfig，或使用模型页面上写明的设置。"],
        for_good: &["按模型系列在配置里分别维护思考设置。"],
        prevent: &["对每个可能切换到的模型测试这些设置。"],
    },
    Text {
        name: "unknown_field",
        meaning: "请求里有此 API 不认识的字段。",
        cause: "字段写错、位置不对、属于更新的 API 版本，或者用了 schema 字段不接受的 JSON Schema 关键字。",
        now: &[
            "删除或改正指出的字段。",
            "需要完整的 JSON Schema 时，使用 responseJsonSchema 或 parametersJsonSchema。",
        ],
        for_good: &[
            "使用 v1beta 和最新的 SDK。",
            "发送前清理 schema：去掉 Gemini 不认识的部分。",
        ],
        prevent: &["发送前对照参考文档校验请求。"],
    },
    Text {
        name: "too_many_bytes",
        meaning: "请求的字节数太大。",
        cause: "内联数据（图片、PDF、音频、视频）让请求体超过了 API 或代理的限制。",
        now: &[
            "大文件通过 Files API 或 Cloud Storage 上传，再引用。",
            "压缩或拆分内联发送的内容。",
        ],
        for_good: &["超过几兆字节的内容一律作为文件发送。"],
        prevent: &["发送前检查请求体大小；代理的限制可能比 Google 的更低。"],
    },
    Text {
        name: "unpaid_region",
        meaning: "在请求发出的地区，只有启用结算才能使用此 API。",
        cause: "有些国家和地区没有免费层级，而该项目没有关联结算账号。",
        now: &["在 AI Studio 或 Cloud 控制台为项目关联结算账号。"],
        for_good: &["保持结算启用，或在 Google 提供服务的区域通过 Vertex AI 使用 Gemini。"],
        prevent: &["部署之前先查地区列表和免费层级的条款。"],
    },
    Text {
        name: "service_agents",
        meaning: "Google 仍在设置该项目的服务代理（service agents）。",
        cause: "首次使用需要读取其他服务（例如 Cloud Storage）的功能时才会创建，需要几分钟。",
        now: &["等几分钟，再发送同样的请求。"],
        for_good: &[
            "如果一直如此：检查 Vertex AI API 是否已启用，以及服务代理是否有相应的角色（在 IAM 中显示由 Google 授予的角色）。",
        ],
        prevent: &["把新项目的第一次调用放进部署准备，在有流量之前完成。"],
    },
    Text {
        name: "file_not_ready",
        meaning: "文件还没有准备好。",
        cause: "上传之后 Google 要先处理；状态变为 ACTIVE 之前不能使用。视频耗时最长。",
        now: &["每隔几秒查询文件状态（files.get），变为 ACTIVE 后再发送。"],
        for_good: &["在代码里等待。如果状态是 FAILED，换一种格式重新上传。"],
        prevent: &["提前上传。文件保留 48 小时。"],
    },
    Text {
        name: "client_timeout",
        meaning: "您的客户端不再等待：是它自己的超时结束了这次调用。",
        cause: "到那时还没有收到答案；服务器本身没有报告错误。长提示词、大量思考和长答案需要几分钟。",
        now: &[
            "调大客户端超时（长提示词几分钟，长答案 15 分钟以上），再发一次。",
            "或者减少工作量：缩短上下文、降低思考级别、减少输出 token。",
        ],
        for_good: &[
            "使用流式输出：开头很快就到，中间只需要较短的超时。",
            "耗时的工作交给 Batch API。",
        ],
        prevent: &[
            "按模型和任务分别设置超时，不要一刀切。",
            "注意服务器可能仍在继续处理：这类调用可能计入配额并收费。",
        ],
    },
    Text {
        name: "expired_key",
        meaning: "API 密钥已过期。",
        cause: "密钥设有截止日期，或者这类密钥已被 Google 停用。",
        now: &["在 AI Studio 新建密钥，替换旧的。"],
        for_good: &["按计划轮换密钥，留足提前量。"],
        prevent: &["为每个密钥的到期日设置提醒。"],
    },
    Text {
        name: "keys_not_accepted",
        meaning: "这个端点不接受 API 密钥，需要 OAuth 令牌。",
        cause: "带项目和区域的 Vertex AI 使用 OAuth 认证；API 密钥用于 Developer API 和快捷模式（express mode）。",
        now: &[
            "使用 Vertex：执行 gcloud auth application-default login，或使用服务账号。",
            "使用 AI Studio 的密钥：改为调用 generativelanguage.googleapis.com。",
        ],
        for_good: &["选定一种接口，把端点和凭据放在一起配置。"],
        prevent: &["检查 GOOGLE_GENAI_USE_VERTEXAI：它会悄悄把 SDK 切换到 Vertex。"],
    },
    Text {
        name: "leaked_key",
        meaning: "这个密钥被报告泄露，已被 Google 封禁。",
        cause: "密钥出现在公开的地方：代码仓库、网页、应用或日志。它不会再恢复使用。",
        now: &[
            "新建密钥，删除旧的。",
            "先找到并堵住泄露点，否则新密钥会重蹈覆辙。",
            "检查用量和账单，看有没有被他人使用。",
        ],
        for_good: &["把密钥放在密钥管理服务里，从后端调用，不要放在网页或应用里。"],
        prevent: &["推送代码之前扫描密钥，并给每个密钥设置限制。"],
    },
    Text {
        name: "file_of_another",
        meaning: "文件已不存在，或属于其他项目。",
        cause: "文件只有上传它的项目才能看到，48 小时后会被删除。",
        now: &["用发送请求的同一个密钥重新上传文件。"],
        for_good: &["连同文件名一起记录项目和上传时间，及时更新。"],
        prevent: &["使用多个项目时，向每个项目各上传一份。"],
    },
    Text {
        name: "missing_role",
        meaning: "调用方缺少某项 IAM 权限，或资源不存在。",
        cause: "调用方的角色都不包含该项目的这项权限；服务器不区分这两种情况。",
        now: &[
            "在项目上授予 Vertex AI User 角色（roles/aiplatform.user），等两分钟。",
            "检查资源名称里的项目、区域和模型有没有写错。",
        ],
        for_good: &["用代码定义角色，每个服务账号只给最小权限。"],
        prevent: &["用生产环境的身份测试，不要用自己的身份。"],
    },
    Text {
        name: "cache_gone",
        meaning: "缓存内容已不存在，或属于其他项目。模型本身还在。",
        cause: "缓存默认保留一小时，归属于一个项目和区域。对别人的或已过期的缓存，服务器会返回 403 或 404。",
        now: &[
            "重新创建缓存，或直接发送完整内容。",
            "使用创建它的那个项目的凭据。",
        ],
        for_good: &["在代码里捕获这个失败：退回到完整的提示词，并更新缓存。"],
        prevent: &["到期前延长有效期（ttl），并把使用缓存的调用固定在一个项目。"],
    },
    Text {
        name: "retired_model",
        meaning: "这个模型已不再提供，至少不再提供给您的项目。",
        cause: "模型已停用，或不再接受新用户。",
        now: &["使用弃用列表中给出的后继模型。"],
        for_good: &["把模型名放在配置里，在停用之前测试后继模型。"],
        prevent: &["关注弃用列表：日期会在那里公布。"],
    },
    Text {
        name: "model_elsewhere",
        meaning: "该区域不提供这个模型，或您的项目无权使用。",
        cause: "名称写错或已下线，或者模型在其他区域提供：Gemini 3 及以后只在 global、us 和 eu 提供。",
        now: &["试试 global 区域。", "在区域列表里核对模型的名称和版本。"],
        for_good: &["选择提供该模型的区域；数据必须留在当地时用 us 或 eu。"],
        prevent: &["启动时检查每个模型在每个配置的区域是否存在。"],
    },
    Text {
        name: "unknown_model",
        meaning: "这里没有这个名称的模型，或者它不支持所请求的功能。",
        cause: "名称写错或模型已下线、当前 API 版本不认识它，或者模型不支持该方法（例如 Live、图像或嵌入模型）。",
        now: &[
            "列出模型（models.list）：可以看到名称和支持的方法。",
            "如果模型已下线：使用弃用列表中给出的后继模型。",
        ],
        for_good: &[
            "把模型名放在配置里，使用当前的稳定版模型。",
            "调用 v1beta：v1 并不认识所有模型。",
        ],
        prevent: &["启动时检查每个配置的模型是否存在，并关注弃用列表。"],
    },
    Text {
        name: "file_gone",
        meaning: "文件已不存在。模型本身还在。",
        cause: "上传的文件 48 小时后会被删除，或者名称写错。",
        now: &["重新上传文件，使用新的名称。"],
        for_good: &["连同名称记录上传时间，及时更新；长期文件放到 Cloud Storage。"],
        prevent: &["大请求引用文件之前，先检查它是否存在（files.get）。"],
    },
];
