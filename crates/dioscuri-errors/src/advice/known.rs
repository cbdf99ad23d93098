//! Sentences that Google's servers are known to write, and their translations.
//!
//! The longer of two that begin alike goes first. Source: the reference of the API, as of 2026-11-21.

use super::sentence::Known;

pub(super) static KNOWN: &[Known] = &[
    // Quotas and capacity.
    Known {
        en: "You exceeded your current quota, please check your plan and billing details",
        de: "Ihr aktuelles Kontingent ist überschritten; bitte prüfen Sie Ihren Tarif und Ihre Abrechnungsdaten",
        zh: "您已超出当前配额，请检查您的套餐和结算信息",
    },
    Known {
        en: "You exceeded your current quota",
        de: "Ihr aktuelles Kontingent ist überschritten",
        zh: "您已超出当前配额",
    },
    Known {
        en: "You have exhausted your capacity on this model",
        de: "Sie haben Ihre Kapazität für dieses Modell ausgeschöpft",
        zh: "您在此模型上的容量已用完",
    },
    Known {
        en: "Your quota will reset after {wait}",
        de: "Ihr Kontingent wird nach {wait} zurückgesetzt",
        zh: "您的配额将在 {wait} 后重置",
    },
    Known {
        en: "Online prediction request quota exceeded for {model}",
        de: "Das Kontingent für Online-Vorhersagen mit {model} ist überschritten",
        zh: "{model} 的在线预测请求超出配额",
    },
    Known {
        en: "Quota exceeded for metric: {metric}, limit: {limit}, model: {model}",
        de: "Kontingent überschritten für Metrik: {metric}, Grenzwert: {limit}, Modell: {model}",
        zh: "指标 {metric} 超出配额，限额：{limit}，模型：{model}",
    },
    Known {
        en: "Quota exceeded for quota metric {metric} and limit {limit} of service {service} for consumer {consumer}",
        de: "Kontingent überschritten für die Metrik {metric} und den Grenzwert {limit} des Dienstes {service}, \
             Nutzer {consumer}",
        zh: "{consumer} 在服务 {service} 的指标 {metric}、限额 {limit} 上超出配额",
    },
    Known {
        en: "Quota exceeded for {metric} with base model: {model}",
        de: "Kontingent überschritten für {metric}, Basismodell: {model}",
        zh: "{metric} 超出配额，基础模型：{model}",
    },
    Known {
        en: "Please submit a quota increase request",
        de: "Bitte beantragen Sie ein höheres Kontingent",
        zh: "请提交提高配额的申请",
    },
    Known {
        en: "Resource has been exhausted (e.g. check quota)",
        de: "Die Ressource ist erschöpft (prüfen Sie z. B. das Kontingent)",
        zh: "资源已耗尽（例如请检查配额）",
    },
    Known {
        en: "Resource exhausted, please try again later",
        de: "Ressource erschöpft, bitte versuchen Sie es später noch einmal",
        zh: "资源已耗尽，请稍后重试",
    },
    Known {
        en: "Resource exhausted",
        de: "Ressource erschöpft",
        zh: "资源已耗尽",
    },
    Known {
        en: "Please try again later",
        de: "Bitte versuchen Sie es später noch einmal",
        zh: "请稍后重试",
    },
    Known {
        en: "Please retry in {wait}",
        de: "Bitte versuchen Sie es in {wait} noch einmal",
        zh: "请在 {wait} 后重试",
    },
    Known {
        en: "The model is overloaded",
        de: "Das Modell ist überlastet",
        zh: "模型过载",
    },
    Known {
        en: "This model is currently experiencing high demand",
        de: "Dieses Modell ist zurzeit stark gefragt",
        zh: "该模型目前请求量很大",
    },
    Known {
        en: "Spikes in demand are usually temporary",
        de: "Nachfragespitzen gehen meist schnell vorüber",
        zh: "需求高峰通常是暂时的",
    },
    Known {
        en: "No capacity available for model on the server",
        de: "Auf dem Server ist keine Kapazität für das Modell frei",
        zh: "服务器上没有可用于该模型的容量",
    },
    Known {
        en: "No capacity available for model {model} on the server",
        de: "Auf dem Server ist keine Kapazität für das Modell {model} frei",
        zh: "服务器上没有可用于模型 {model} 的容量",
    },
    Known {
        en: "No capacity available for model {model}",
        de: "Für das Modell {model} ist keine Kapazität frei",
        zh: "没有可用于模型 {model} 的容量",
    },
    Known {
        en: "Too many requests",
        de: "Zu viele Anfragen",
        zh: "请求过多",
    },
    Known {
        en: "Exceeded the Provisioned Throughput",
        de: "Der bereitgestellte Durchsatz (Provisioned Throughput) ist überschritten",
        zh: "已超出预配吞吐量（Provisioned Throughput）",
    },
    // Money.
    Known {
        en: "Your prepayment credits are depleted",
        de: "Ihr Vorauszahlungsguthaben ist aufgebraucht",
        zh: "您的预付余额已用完",
    },
    Known {
        en: "Your project has exceeded its monthly spending cap",
        de: "Ihr Projekt hat seine monatliche Ausgabenobergrenze überschritten",
        zh: "您的项目已超出每月支出上限",
    },
    Known {
        en: "This API method requires billing to be enabled",
        de: "Diese API-Methode setzt eine aktivierte Abrechnung voraus",
        zh: "此 API 方法要求启用结算功能",
    },
    // Servers.
    Known {
        en: "An internal error has occurred",
        de: "Ein interner Fehler ist aufgetreten",
        zh: "发生内部错误",
    },
    Known {
        en: "Please retry or report in {url}",
        de: "Bitte versuchen Sie es noch einmal oder melden Sie es unter {url}",
        zh: "请重试，或在 {url} 报告问题",
    },
    Known {
        en: "Internal error encountered",
        de: "Ein interner Fehler ist aufgetreten",
        zh: "遇到内部错误",
    },
    Known {
        en: "The service is currently unavailable",
        de: "Der Dienst ist zurzeit nicht verfügbar",
        zh: "服务当前不可用",
    },
    Known {
        en: "The operation was cancelled",
        de: "Der Vorgang wurde abgebrochen",
        zh: "操作已取消",
    },
    Known {
        en: "Deadline expired before operation could complete",
        de: "Die Frist ist abgelaufen, bevor der Vorgang fertig war",
        zh: "操作完成之前已超过截止时间",
    },
    Known {
        en: "Deadline Exceeded",
        de: "Die Frist ist überschritten",
        zh: "已超过截止时间",
    },
    // Keys, tokens, permissions.
    Known {
        en: "API key not valid",
        de: "Der API-Schlüssel ist ungültig",
        zh: "API 密钥无效",
    },
    Known {
        en: "Please pass a valid API key",
        de: "Bitte übergeben Sie einen gültigen API-Schlüssel",
        zh: "请提供有效的 API 密钥",
    },
    Known {
        en: "API key not found",
        de: "Der API-Schlüssel wurde nicht gefunden",
        zh: "找不到该 API 密钥",
    },
    Known {
        en: "API key expired",
        de: "Der API-Schlüssel ist abgelaufen",
        zh: "API 密钥已过期",
    },
    Known {
        en: "Please renew the API key",
        de: "Bitte erneuern Sie den API-Schlüssel",
        zh: "请更换 API 密钥",
    },
    Known {
        en: "Your API key was reported as leaked",
        de: "Ihr API-Schlüssel wurde als öffentlich bekannt geworden gemeldet",
        zh: "您的 API 密钥被报告已泄露",
    },
    Known {
        en: "Please use another API key",
        de: "Bitte verwenden Sie einen anderen API-Schlüssel",
        zh: "请使用其他 API 密钥",
    },
    Known {
        en: "Multiple authentication credentials received",
        de: "Es kamen mehrere Anmeldedaten zugleich an",
        zh: "收到多个身份验证凭据",
    },
    Known {
        en: "Please pass only one",
        de: "Bitte übergeben Sie nur eine",
        zh: "请只提供一个",
    },
    Known {
        en: "Request had invalid authentication credentials",
        de: "Die Anfrage enthielt ungültige Anmeldedaten",
        zh: "请求中的身份验证凭据无效",
    },
    Known {
        en: "Expected OAuth 2 access token, login cookie or other valid authentication credential",
        de: "Erwartet wird ein OAuth-2-Zugriffstoken, ein Anmelde-Cookie oder ein anderer gültiger Nachweis",
        zh: "需要 OAuth 2 访问令牌、登录 Cookie 或其他有效的身份验证凭据",
    },
    Known {
        en: "API keys are not supported by this API",
        de: "Diese API nimmt keine API-Schlüssel an",
        zh: "此 API 不支持 API 密钥",
    },
    Known {
        en: "Expected OAuth2 access token or other authentication credentials that assert a principal",
        de: "Erwartet wird ein OAuth2-Zugriffstoken oder ein anderer Nachweis, der den Aufrufer ausweist",
        zh: "需要 OAuth2 访问令牌或其他能证明主体身份的凭据",
    },
    Known {
        en: "Request had insufficient authentication scopes",
        de: "Die Berechtigungsbereiche (Scopes) des Tokens reichen nicht aus",
        zh: "请求的身份验证范围（scope）不足",
    },
    Known {
        en: "Method doesn't allow unregistered callers (callers without established identity)",
        de: "Die Methode lässt keine unbekannten Aufrufer zu (Aufrufer ohne nachgewiesene Identität)",
        zh: "此方法不允许未注册的调用方（身份未确认的调用方）",
    },
    Known {
        en: "The caller does not have permission",
        de: "Der Aufrufer hat keine Berechtigung",
        zh: "调用方没有权限",
    },
    Known {
        en: "Permission {permission} denied on resource {resource} (or it may not exist)",
        de: "Berechtigung {permission} für die Ressource {resource} verweigert (oder sie existiert nicht)",
        zh: "对资源 {resource} 的权限 {permission} 被拒绝（或该资源不存在）",
    },
    Known {
        en: "Permission denied: Consumer {consumer} has been suspended",
        de: "Zugriff verweigert: {consumer} wurde gesperrt",
        zh: "权限被拒绝：使用方 {consumer} 已被停用",
    },
    Known {
        en: "You do not have permission to access the File {file} or it may not exist",
        de: "Sie dürfen auf die Datei {file} nicht zugreifen, oder sie existiert nicht",
        zh: "您无权访问文件 {file}，或该文件不存在",
    },
    Known {
        en: "Requests from referer {referrer} are blocked",
        de: "Anfragen mit dem Referrer {referrer} sind gesperrt",
        zh: "来自引荐来源 {referrer} 的请求被阻止",
    },
    Known {
        en: "This service has been disabled in this account for violation of Terms of Service",
        de: "Dieser Dienst wurde in diesem Konto wegen Verstoßes gegen die Nutzungsbedingungen deaktiviert",
        zh: "由于违反服务条款，此账号的该服务已被停用",
    },
    Known {
        en: "Gemini has been disabled in this account for violation of Terms of Service",
        de: "Gemini wurde in diesem Konto wegen Verstoßes gegen die Nutzungsbedingungen deaktiviert",
        zh: "由于违反服务条款，此账号的 Gemini 已被停用",
    },
    Known {
        en: "If you believe this is an error, contact {address}",
        de: "Halten Sie das für einen Irrtum, wenden Sie sich an {address}",
        zh: "如果您认为有误，请联系 {address}",
    },
    Known {
        en: "Please submit an appeal to continue using this product",
        de: "Bitte legen Sie Einspruch ein, um das Produkt weiter zu nutzen",
        zh: "如需继续使用本产品，请提交申诉",
    },
    Known {
        en: "To continue, verify your account at {value}",
        de: "Um fortzufahren, bestätigen Sie Ihr Konto unter {value}",
        zh: "如需继续，请在 {value} 验证您的账号",
    },
    Known {
        en: "{api} has not been used in project {project} before or it is disabled",
        de: "{api} wurde im Projekt {project} noch nie benutzt oder ist deaktiviert",
        zh: "项目 {project} 从未使用过 {api}，或该 API 已停用",
    },
    Known {
        en: "Enable it by visiting {url} then retry",
        de: "Aktivieren Sie sie unter {url} und versuchen Sie es dann noch einmal",
        zh: "请访问 {url} 启用，然后重试",
    },
    // Places.
    Known {
        en: "User location is not supported for the API use without a billing account linked",
        de: "Am Standort des Nutzers wird die API-Nutzung ohne verknüpftes Rechnungskonto nicht unterstützt",
        zh: "未关联结算账号时，用户所在地区不支持使用该 API",
    },
    Known {
        en: "User location is not supported for the API use",
        de: "Am Standort des Nutzers wird die API-Nutzung nicht unterstützt",
        zh: "用户所在地区不支持使用该 API",
    },
    // What is not there.
    Known {
        en: "models/{model} is not found for API version {version}, or is not supported for {method}",
        de: "models/{model} gibt es in der API-Version {version} nicht, oder das Modell unterstützt {method} nicht",
        zh: "API 版本 {version} 中找不到 models/{model}，或该模型不支持 {method}",
    },
    Known {
        en: "Call ListModels to see the list of available models and their supported methods",
        de: "Rufen Sie ListModels auf, um die verfügbaren Modelle und ihre Methoden zu sehen",
        zh: "请调用 ListModels 查看可用模型及其支持的方法",
    },
    Known {
        en: "This model {model} is no longer available to new users",
        de: "Das Modell {model} steht neuen Nutzern nicht mehr zur Verfügung",
        zh: "模型 {model} 不再向新用户开放",
    },
    Known {
        en: "Publisher Model {model} was not found or your project does not have access to it",
        de: "Das Publisher-Modell {model} wurde nicht gefunden, oder Ihr Projekt hat keinen Zugriff darauf",
        zh: "找不到发布方模型 {model}，或您的项目无权访问",
    },
    Known {
        en: "Publisher Model {model} not found",
        de: "Das Publisher-Modell {model} wurde nicht gefunden",
        zh: "找不到发布方模型 {model}",
    },
    Known {
        en: "Please ensure you are using a valid model version",
        de: "Bitte achten Sie darauf, eine gültige Modellversion zu verwenden",
        zh: "请确认使用的是有效的模型版本",
    },
    Known {
        en: "You don't have access to this model or the model name is invalid",
        de: "Sie haben keinen Zugriff auf dieses Modell, oder der Modellname ist ungültig",
        zh: "您无权访问此模型，或模型名称无效",
    },
    Known {
        en: "Requested entity was not found",
        de: "Das angefragte Objekt wurde nicht gefunden",
        zh: "找不到所请求的实体",
    },
    Known {
        en: "CachedContent not found (or permission denied)",
        de: "Der zwischengespeicherte Inhalt (CachedContent) wurde nicht gefunden (oder der Zugriff ist verweigert)",
        zh: "找不到缓存内容 CachedContent（或权限被拒绝）",
    },
    Known {
        en: "The File {file} is not in an ACTIVE state and usage is not allowed",
        de: "Die Datei {file} ist nicht im Zustand ACTIVE und darf nicht benutzt werden",
        zh: "文件 {file} 不处于 ACTIVE 状态，不允许使用",
    },
    Known {
        en: "Service agents are being provisioned ({url})",
        de: "Dienst-Agents werden gerade eingerichtet ({url})",
        zh: "正在预配服务代理（{url}）",
    },
    // Wrong requests.
    Known {
        en: "Request contains an invalid argument",
        de: "Die Anfrage enthält ein ungültiges Argument",
        zh: "请求包含无效参数",
    },
    Known {
        en: "Invalid JSON payload received",
        de: "Ungültige JSON-Nutzdaten erhalten",
        zh: "收到无效的 JSON 载荷",
    },
    Known {
        en: "Unknown name {name} at {path}: Cannot find field",
        de: "Unbekannter Name {name} bei {path}: Feld nicht gefunden",
        zh: "{path} 处的名称 {name} 未知：找不到该字段",
    },
    Known {
        en: "Unknown name {name}: Cannot find field",
        de: "Unbekannter Name {name}: Feld nicht gefunden",
        zh: "名称 {name} 未知：找不到该字段",
    },
    Known {
        en: "Invalid value at {path} ({kind}), {value}",
        de: "Ungültiger Wert bei {path} ({kind}): {value}",
        zh: "{path} 处的值无效（{kind}）：{value}",
    },
    Known {
        en: "The input token count ({count}) exceeds the maximum number of tokens allowed ({limit})",
        de: "Die Zahl der Eingabe-Tokens ({count}) übersteigt das erlaubte Maximum ({limit})",
        zh: "输入 token 数（{count}）超过允许的最大值（{limit}）",
    },
    Known {
        en: "The input token count exceeds the maximum number of tokens allowed {limit}",
        de: "Die Zahl der Eingabe-Tokens übersteigt das erlaubte Maximum {limit}",
        zh: "输入 token 数超过允许的最大值 {limit}",
    },
    Known {
        en: "Unable to submit request because the input token count is {count} but model only supports up to {limit}",
        de: "Die Anfrage wurde nicht angenommen: Sie hat {count} Eingabe-Tokens, das Modell erlaubt höchstens {limit}",
        zh: "无法提交请求：输入 token 数为 {count}，而模型最多支持 {limit}",
    },
    Known {
        en: "Reduce the input token count and try again",
        de: "Verringern Sie die Zahl der Eingabe-Tokens und versuchen Sie es noch einmal",
        zh: "请减少输入 token 数后重试",
    },
    Known {
        en: "Unable to submit request because candidateCount must be 1 but the entered value was {count}",
        de: "Die Anfrage wurde nicht angenommen: candidateCount muss 1 sein, angegeben war {count}",
        zh: "无法提交请求：candidateCount 必须为 1，而输入值为 {count}",
    },
    Known {
        en: "Update the candidateCount value and try again",
        de: "Ändern Sie candidateCount und versuchen Sie es noch einmal",
        zh: "请修改 candidateCount 的值后重试",
    },
    Known {
        en: "Unable to submit request because Thinking can't be disabled for this model",
        de: "Die Anfrage wurde nicht angenommen: Bei diesem Modell lässt sich das Denken nicht abschalten",
        zh: "无法提交请求：此模型不能关闭思考功能",
    },
    Known {
        en: "Request payload size exceeds the limit: {limit} bytes",
        de: "Die Anfrage ist größer als erlaubt: {limit} Bytes",
        zh: "请求载荷大小超过限制：{limit} 字节",
    },
    Known {
        en: "Maximum request body size {limit} exceeded, actual body size {count}",
        de: "Die Anfrage ist größer als erlaubt: höchstens {limit} Bytes, tatsächlich {count}",
        zh: "请求体超过上限 {limit} 字节，实际为 {count} 字节",
    },
    Known {
        en: "The thinking budget ({budget}) is invalid",
        de: "Das Denkbudget ({budget}) ist ungültig",
        zh: "思考预算（{budget}）无效",
    },
    Known {
        en: "You can only set only one of thinking budget and thinking level",
        de: "Nur eines von beiden darf gesetzt sein: thinkingBudget oder thinkingLevel",
        zh: "思考预算和思考级别只能设置其中之一",
    },
    Known {
        en: "Penalty is not enabled for this model",
        de: "Penalty-Werte sind für dieses Modell nicht erlaubt",
        zh: "此模型不支持惩罚参数",
    },
    Known {
        en: "Penalty is not enabled for {model}",
        de: "Penalty-Werte sind für {model} nicht erlaubt",
        zh: "{model} 不支持惩罚参数",
    },
    Known {
        en: "Requests ending with a model turn are not supported",
        de: "Anfragen, die mit einem Beitrag des Modells enden, werden nicht unterstützt",
        zh: "不支持以模型轮次结尾的请求",
    },
    Known {
        en: "Function call is missing a thought_signature in functionCall parts",
        de: "Einem functionCall-Teil fehlt die thought_signature",
        zh: "functionCall 部分缺少 thought_signature",
    },
    Known {
        en: "Please ensure that function call turn comes immediately after a user turn or after a function response turn",
        de: "Ein Funktionsaufruf muss direkt auf einen Nutzerbeitrag oder eine Funktionsantwort folgen",
        zh: "请确保函数调用轮次紧跟在用户轮次或函数响应轮次之后",
    },
    Known {
        en: "Please ensure that function response turn comes immediately after a function call turn",
        de: "Eine Funktionsantwort muss direkt auf einen Funktionsaufruf folgen",
        zh: "请确保函数响应轮次紧跟在函数调用轮次之后",
    },
    Known {
        en: "Please ensure that the number of function response parts is equal to the number of function call parts of \
             the function call turn",
        de: "Die Zahl der Funktionsantworten muss der Zahl der Funktionsaufrufe im Aufrufbeitrag entsprechen",
        zh: "请确保函数响应部分的数量与函数调用轮次中的函数调用部分数量相等",
    },
    Known {
        en: "Cached content is too small",
        de: "Der Inhalt ist zu klein für den Cache",
        zh: "缓存内容太小",
    },
];
