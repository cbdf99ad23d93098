//! The classes of failures in English.

use crate::catalogue::{Entry, Text, subjects, write};

pub(super) static ENTRIES: [Entry; subjects::CLASSES.len()] = write(&subjects::CLASSES, &TEXTS);

const TEXTS: [Text; subjects::CLASSES.len()] = [
    Text {
        name: "quota_minute",
        meaning: "A quota per minute is used up: requests (RPM) or input tokens (TPM).",
        cause: "This project sent this model more within a minute than its tier allows. All keys of a project \
                share the quota.",
        now: &[
            "Wait until the minute is over, at least as long as the server says, then send again.",
            "Stop parallel retries: each of them may count against the same quota.",
        ],
        for_good: &[
            "Throttle on your side: keep requests and tokens per minute just below the limit, and limit concurrency.",
            "Move up a tier: enable billing, or ask for a higher limit in AI Studio or the Cloud console.",
            "Give work that can wait to the Batch API: it has a quota of its own and costs half.",
            "Spread the load over models; each model has its own quota.",
        ],
        prevent: &[
            "Count tokens before you send, and shorten prompts; cached tokens still count against TPM.",
            "Ramp up slowly and smooth bursts: many requests in one second are refused below the minute's limit.",
        ],
    },
    Text {
        name: "quota_day",
        meaning: "The quota of the day (or of your plan's window of hours to days) is used up.",
        cause: "This project sent this model as much today as its tier allows. Daily quotas reset at \
                midnight Pacific time; all keys of a project share them.",
        now: &[
            "Send one probe at most, then stop until the reset: nearly every attempt is refused.",
            "Use another model for the rest of the day: each has its own daily quota.",
        ],
        for_good: &[
            "Enable billing or move up a tier: paid tiers allow hundreds to thousands of times as much a day.",
            "Send bulk work through the Batch API.",
            "Put several questions into one request where requests, not tokens, are what runs out.",
        ],
        prevent: &[
            "Count requests per day and model, and stop or switch models before the limit.",
            "Cache answers: do not ask the same question twice.",
            "Spread the daily quota over the day instead of spending it in the first hour.",
        ],
    },
    Text {
        name: "quota_zero",
        meaning: "The limit itself is 0: this model or method is not part of your tier, region or key.",
        cause: "The quota was not used up; there is none. Often a model that left the free tier, or one that is \
                offered to paid projects only.",
        now: &[
            "Do not wait and do not retry: it will never pass like this.",
            "Use a model that your tier includes; AI Studio shows your limits at aistudio.google.com/rate-limit.",
        ],
        for_good: &[
            "Enable billing for this project if you need this model.",
            "If billing is on already: check that the key belongs to the project you pay for.",
        ],
        prevent: &[
            "Before you choose a model, look up whether your tier has a limit above 0 for it.",
            "Watch the changelog: models leave the free tier at short notice.",
        ],
    },
    Text {
        name: "quota_unspecified",
        meaning: "The server refused with 429 and does not say which limit was hit.",
        cause: "Either a quota of yours or capacity shared by everyone; the text does not tell which. It also \
                happens to projects far below their quota.",
        now: &[
            "Back off: wait a second or two, double it each time, with jitter, and give up after a few attempts.",
            "Look at your usage in AI Studio or the Cloud console: is a limit really reached?",
        ],
        for_good: &[
            "If your usage is low, it is capacity: use another model or, on Vertex, the global endpoint.",
            "If a limit is reached: throttle, move up a tier, or use the Batch API.",
        ],
        prevent: &[
            "Limit concurrency and requests per second, not only per minute.",
            "Configure a second model or location to fall back to.",
        ],
    },
    Text {
        name: "capacity",
        meaning: "The model is overloaded: Google has no free capacity for it right now.",
        cause: "Everyone's demand exceeds what is there; your own quota has nothing to do with it. Paying \
                customers meet it too, mostly at peak hours of US working days.",
        now: &[
            "Back off: wait a second or two, double it each time, with jitter; most spikes end within minutes.",
            "If it must be now, use another model of the same family or, on Vertex, another location.",
        ],
        for_good: &[
            "Configure a fallback model, and on Vertex prefer the global endpoint: it has the most room.",
            "Buy Provisioned Throughput (Vertex) or use priority processing if you need a guarantee.",
            "Move bulk work to the Batch API or to off-peak hours.",
        ],
        prevent: &[
            "Bound your retries over all callers, so that an overload does not multiply your traffic.",
            "Ramp up gradually instead of starting many requests in the same second.",
        ],
    },
    Text {
        name: "billing",
        meaning: "The billing account stops the request: credits are used up, a spending cap is reached, or billing is off.",
        cause: "Tier, caps and prepaid balance belong to the billing account: when it stops, every key of every \
                project on it stops at once.",
        now: &[
            "Open the billing page of AI Studio or the Cloud console and look at balance, caps and account status.",
            "Top up the prepaid credits, raise the cap, or link an open billing account.",
            "If the limit is on spending within 10 minutes: wait a few minutes, and then send more slowly.",
        ],
        for_good: &[
            "Turn on automatic top-up, and set a cap that fits your real use.",
            "Run unrelated products on billing accounts of their own, so that one cannot stop the other.",
        ],
        prevent: &[
            "Set budget alerts at 50, 80 and 100 percent; billing data lags about ten minutes behind.",
            "Watch the cost per call: cheaper models, caching and the Batch API stretch the same money.",
        ],
    },
    Text {
        name: "invalid_request",
        meaning: "The request itself is wrong: the server cannot accept it as it stands.",
        cause: "A field, value or combination that this API version or this model does not know or allow.",
        now: &[
            "Fix the field that the server names and send again; the same request always fails.",
            "If no field is named: halve the request (tools, schema, config, parts) until it passes.",
        ],
        for_good: &[
            "Use an official SDK in a current version, and the API version (v1beta) that knows your fields.",
            "Keep settings per model family: newer models refuse what older ones accepted.",
        ],
        prevent: &[
            "Validate requests before sending, and test each model that you may switch to.",
            "Pin the model and read its migration guide before you change it.",
        ],
    },
    Text {
        name: "context_too_long",
        meaning: "The request is too large: too many tokens, or too many bytes.",
        cause: "Prompt, history, files and tool declarations together exceed what the model or the request may hold.",
        now: &[
            "Shorten: drop old turns, summarise the history, send only the relevant passages.",
            "Count with countTokens first; it is free and does not touch your quota.",
            "If bytes are the limit: upload files through the Files API instead of sending them inline.",
        ],
        for_good: &[
            "Split the document and merge the answers, or retrieve only the parts that matter.",
            "Use a model with a larger context window.",
        ],
        prevent: &[
            "Count tokens before every large request, and keep room for the answer and the thinking.",
            "Cap the length of history and tool results in your code.",
        ],
    },
    Text {
        name: "unsupported_region",
        meaning: "Google does not offer this API where the request comes from.",
        cause: "The Gemini API is served in listed countries only; in some of them only with billing enabled. What \
                counts is the address of the machine that sends, for example your cloud server's: every request from \
                it is refused, whatever the key.",
        now: &[
            "Check the list of available regions for the place where your server runs.",
            "If the country is listed for paid use only: link a billing account to the project.",
        ],
        for_good: &[
            "Use Gemini on Vertex AI in a location that Google serves, under a Google Cloud contract.",
            "If you are in a served country and only the server is not (an edge function, a default region): correct \
             its region.",
        ],
        prevent: &[
            "Check the list before you choose the region of a deployment.",
            "Tell users in other countries that the feature is not available there.",
        ],
    },
    Text {
        name: "failed_precondition",
        meaning: "A condition for this request is not met yet.",
        cause: "Something that the request relies on is not ready or not open to the project: a file still being \
                processed, a service agent still being set up, a model closed to new users.",
        now: &[
            "Read which condition the server names, and meet it.",
            "If it is a file: poll it until its state is ACTIVE, then send again.",
        ],
        for_good: &[
            "Build the wait for readiness into your code instead of sending on a guess.",
            "If the model is closed to your project: move to its successor.",
        ],
        prevent: &[
            "Upload files ahead of use, and check their state before you refer to them.",
            "Set up projects, agents and permissions before the first call of a deployment.",
        ],
    },
    Text {
        name: "auth_invalid_key",
        meaning: "The API key is not valid: wrong, deleted or expired.",
        cause: "The server does not know the key: a typo or a blank in it, a key that was deleted or has \
                expired, or a placeholder that was never replaced.",
        now: &[
            "Check what is really sent: length, blanks, quotes, the right environment variable.",
            "GOOGLE_API_KEY wins over GEMINI_API_KEY in the SDKs: make sure the right one is set.",
            "Create a new key in AI Studio and use that.",
        ],
        for_good: &[
            "Replace old standard keys by the authorization keys that AI Studio issues now.",
            "Keep keys in a secret store and rotate them there.",
        ],
        prevent: &[
            "Test the key with one small call at start-up, and fail early.",
            "Note when keys expire, and renew them before.",
        ],
    },
    Text {
        name: "unauthenticated",
        meaning: "The server does not accept the credentials: none, the wrong kind, or an expired token.",
        cause: "The surface expects something else than what was sent: an OAuth token on Vertex, an API key on the \
                Developer API, and exactly one of them.",
        now: &[
            "Vertex: log in again (gcloud auth application-default login) or check the service account.",
            "Developer API: send the key in the header x-goog-api-key, and no Authorization header beside it.",
            "Check that endpoint and credentials belong together.",
        ],
        for_good: &[
            "Let Application Default Credentials or a service account renew tokens by themselves.",
            "On servers use workload identity instead of downloaded key files.",
        ],
        prevent: &[
            "Renew tokens before they expire; they live about an hour.",
            "Configure surface, endpoint and credentials in one place, so that they cannot drift apart.",
        ],
    },
    Text {
        name: "permission_denied",
        meaning: "The server knows the caller, and refuses.",
        cause: "The key is restricted or was reported as leaked, a role is missing, the account is blocked, or the \
                resource belongs to another project.",
        now: &[
            "Check that key, project and resource belong together; files are visible only to the project that uploaded them.",
            "Vertex: grant the caller the role Vertex AI User (roles/aiplatform.user) on the project.",
            "Check the restrictions of the key: allowed APIs, addresses, referrers.",
        ],
        for_good: &[
            "Give each service its own identity with exactly the roles it needs.",
            "Replace a leaked or blocked key at once, and remove the old one.",
        ],
        prevent: &[
            "Keep keys out of repositories, logs and front ends.",
            "Test roles and restrictions in the environment where they will be used.",
        ],
    },
    Text {
        name: "service_disabled",
        meaning: "The API is not enabled in this project.",
        cause: "The project behind the key or token never enabled the API, or somebody turned it off. Often it is \
                not the project you think it is.",
        now: &[
            "Enable the API in the Cloud console at the address that the error names.",
            "Then wait a few minutes: the change takes a while to reach all servers.",
            "Check the project number in the message: is it yours?",
        ],
        for_good: &["Enable the API in the definition of the project (Terraform, script), not by hand."],
        prevent: &[
            "Test a new project with one small call before traffic moves to it.",
            "Set the quota project explicitly if you call with your own account.",
        ],
    },
    Text {
        name: "not_found",
        meaning: "What the request names does not exist here: the model, file, method or path.",
        cause: "The name is wrong or retired, this location or API version does not offer it, or it belongs to \
                another project.",
        now: &[
            "List what is there (models.list, files.list) and compare the spelling.",
            "If the model is retired: use its successor from the list of deprecations.",
            "Vertex: check that this location serves the model; the newest ones are served at global, us and eu.",
        ],
        for_good: &[
            "Move to a current stable model, and keep model names in configuration.",
            "Check the base URL and API version (v1beta knows the most).",
        ],
        prevent: &[
            "Follow the list of deprecations; shutdown dates are announced there.",
            "Check at start-up that every configured model exists.",
        ],
    },
    Text {
        name: "conflict",
        meaning: "Another operation got in the way; the server gave this one up.",
        cause: "Two requests changed the same thing at the same time, or what you create exists already.",
        now: &[
            "Wait a second and send once more.",
            "If it exists already: read it first, and use it.",
        ],
        for_good: &["Let one worker at a time change the same resource."],
        prevent: &["Choose names of your own that cannot collide, and make creation repeatable."],
    },
    Text {
        name: "cancelled",
        meaning: "The operation was cancelled before it was done.",
        cause: "Mostly the client hung up: its timeout, a closed connection, a cancelled task. At peak times the \
                server does it too.",
        now: &[
            "Check your own timeouts and cancellations first: who hung up?",
            "If it was not you: send once more after a short wait.",
        ],
        for_good: &["Raise the client timeout, and stream long answers."],
        prevent: &["Keep proxies and load balancers from cutting connections earlier than your client does."],
    },
    Text {
        name: "internal",
        meaning: "A fault inside Google's servers.",
        cause: "Not your quota and mostly not your request. One known exception: a very long context can cause it.",
        now: &[
            "Send again after a second, twice at most, with a growing wait.",
            "If it keeps coming back: shorten the prompt, or use another model.",
        ],
        for_good: &[
            "Configure a fallback model or location.",
            "Report what can be repeated, with the request's id and time.",
        ],
        prevent: &[
            "Keep prompts well below the context limit; each failed attempt counts against your quota.",
        ],
    },
    Text {
        name: "unavailable",
        meaning: "The service is not available at the moment.",
        cause: "An overload or an outage on Google's side; it passes without your doing.",
        now: &[
            "Back off: wait a second or two, double it each time, with jitter.",
            "Look at the status page; if it lasts, use another model or location.",
        ],
        for_good: &["Configure a fallback model and, on Vertex, a second location or the global endpoint."],
        prevent: &[
            "Bound retries over all callers, and open a circuit breaker after several failures in a row.",
            "Move bulk work to the Batch API.",
        ],
    },
    Text {
        name: "deadline_exceeded",
        meaning: "The answer took longer than the deadline allowed.",
        cause: "A large prompt, much thinking or a long answer, and a timeout that is shorter; or the server is slow \
                at the moment.",
        now: &[
            "Raise the client's timeout (minutes for long prompts, 15 and more for long answers) and send again.",
            "Or make it shorter: less context, a lower thinking level, fewer output tokens.",
        ],
        for_good: &[
            "Stream: the first words arrive early, and nothing waits for the last.",
            "Give long work to the Batch API.",
        ],
        prevent: &[
            "Set timeouts per model and task instead of one for all.",
            "Check that no proxy in between has a shorter timeout.",
        ],
    },
    Text {
        name: "gateway_error",
        meaning: "Something in front of the API answered instead of it, or broke off.",
        cause: "A Google front end, or a proxy of yours, could not reach the service; often an HTML page came \
                instead of JSON.",
        now: &[
            "Send again after a second or two.",
            "If it stays: check the base URL and your proxies; call the API directly once.",
        ],
        for_good: &["Take needless proxies out of the way, and configure a second location."],
        prevent: &["Watch for HTML where JSON should be: it is never the API itself that speaks."],
    },
    Text {
        name: "connection",
        meaning: "The connection failed or broke off.",
        cause: "DNS, TLS, a firewall, a proxy or a network fault between you and Google; or an answer that ended in \
                the middle.",
        now: &[
            "Send again; if nothing was sent, nothing was counted.",
            "If it stays: check DNS, proxy and firewall from the machine itself (curl).",
        ],
        for_good: &["Reuse connections (keep-alive, HTTP/2), and allow the API's hosts in the firewall."],
        prevent: &[
            "Take a stream without a finish reason as incomplete, never as done.",
            "Set connect and read timeouts of their own.",
        ],
    },
    Text {
        name: "blocked_prompt",
        meaning: "The prompt was blocked; no answer was generated.",
        cause: "The safety filters or the usage policies refused the input.",
        now: &[
            "Read the block reason, and rephrase or remove what triggers it.",
            "Look into files and quoted text too: the whole input is checked.",
        ],
        for_good: &[
            "Adjust the safety settings where your use is legitimate; some categories cannot be turned off.",
            "Check user input before it reaches the model.",
        ],
        prevent: &["Keep instructions and foreign text apart, and tell users what is not allowed."],
    },
    Text {
        name: "blocked_response",
        meaning: "The answer was stopped while it was being generated.",
        cause: "The finish reason says why: mostly a safety filter, sometimes a policy or a reason not given.",
        now: &[
            "Read the finish reason and the safety ratings.",
            "Rephrase the request more precisely, or ask for another form of answer.",
        ],
        for_good: &["Adjust the safety settings where your use is legitimate, or use another model."],
        prevent: &[
            "Say in the system instruction what the answer is for, and what it must not contain.",
            "Treat an answer without STOP as incomplete, and plan what your product shows then.",
        ],
    },
    Text {
        name: "recitation",
        meaning: "The answer was stopped because it came too close to existing texts.",
        cause: "The model was about to repeat longer passages of known sources word for word.",
        now: &[
            "Send once more: another sample often passes.",
            "Ask for a summary or for your own words instead of the wording.",
        ],
        for_good: &["Ask for short quotations with their source, never for whole texts."],
        prevent: &[
            "Give the model more of your own material, and raise the temperature where the model has one.",
        ],
    },
    Text {
        name: "truncated_output",
        meaning: "The limit of output tokens was reached before the answer was complete.",
        cause: "Thinking counts against maxOutputTokens: it can use up the whole budget and leave little text or none.",
        now: &[
            "Raise maxOutputTokens, or leave it out.",
            "Lower the thinking level (or the thinking budget of older models).",
        ],
        for_good: &["Size the limit for thinking plus answer, and ask for shorter answers."],
        prevent: &["Watch thoughtsTokenCount in the usage metadata, and set the limit by it."],
    },
    Text {
        name: "malformed_output",
        meaning: "The model produced something that cannot be used: a broken function call or a broken answer.",
        cause: "Too complex or unclear tools and schemas, or a model that called a tool it does not have.",
        now: &[
            "Send once more: it is often a slip.",
            "If it comes back: simplify the tool's schema, and describe its parameters more precisely.",
        ],
        for_good: &[
            "Offer fewer tools at a time, with flat parameters and clear names.",
            "Use the function calling mode VALIDATED or ANY where calls must be valid.",
        ],
        prevent: &["Return thought signatures unchanged, and check every call before you carry it out."],
    },
    Text {
        name: "empty_response",
        meaning: "The server answered with success, but without any content.",
        cause: "No candidate or no part came, and no reason was given; rarely a fault of the model or the server.",
        now: &[
            "Send once more.",
            "If it comes back: change the prompt, raise maxOutputTokens, or use another model.",
        ],
        for_good: &["Treat an empty answer as a failure in your code, with one retry and a fallback."],
        prevent: &["Ask for an explicit answer, also where there is nothing to say."],
    },
    Text {
        name: "unknown",
        meaning: "The text does not allow a diagnosis.",
        cause: "There is an error, but nothing in it tells which: no message, an unknown code, or too much cut off.",
        now: &[
            "Get the whole body of the answer, with status and headers, and look again.",
            "Try once more; if it fails in the same way, make the request smaller.",
        ],
        for_good: &["Log status, body and request id of every failed call, keys and prompts left out."],
        prevent: &["Pass Google's errors on unchanged through your proxies and wrappers."],
    },
];
