//! The special cases of advice in English.

use crate::advice::SUBJECTS;
use crate::catalogue::{Entry, Text, write};

pub(super) static ENTRIES: [Entry; SUBJECTS.len()] = write(&SUBJECTS, &TEXTS);

const TEXTS: [Text; SUBJECTS.len()] = [
    Text {
        name: "minute_held",
        meaning: "A quota per minute is named, but the server holds you off for much longer than a minute.",
        cause: "The quota of a minute is full again after a minute; what holds longer is a longer window or a measure against too many requests, and the server does not name it.",
        now: &[
            "Wait as long as the server says, and send one request then.",
            "Stop every loop that sends to this project and model meanwhile.",
        ],
        for_good: &[
            "Throttle on your side to the limit that the error names.",
            "Move up a tier, or give work that can wait to the Batch API.",
        ],
        prevent: &["Stop after a few refusals in a row instead of repeating each request."],
    },
    Text {
        name: "minute_vertex",
        meaning: "A quota per minute of your Google Cloud project is used up.",
        cause: "A fixed quota of Vertex AI, counted per project, region and base model.",
        now: &[
            "Wait until the minute is over, then send again.",
            "Look in the Cloud console (IAM & Admin, Quotas) how full the quota is.",
        ],
        for_good: &[
            "Request a higher quota in the Cloud console.",
            "Use the global endpoint or another location: each has a quota of its own.",
            "Give work that can wait to batch prediction.",
        ],
        prevent: &[
            "Throttle on your side, just below the limit.",
            "Set an alert at 80 percent of the quota.",
        ],
    },
    Text {
        name: "minute_free",
        meaning: "A quota per minute of the free tier is used up.",
        cause: "The free tier allows only a few requests and tokens a minute. All keys of the project share them.",
        now: &[
            "Wait until the minute is over, at least as long as the server says, then send again.",
            "Send one request at a time.",
        ],
        for_good: &[
            "Enable billing: tier 1 allows many times as much, at once.",
            "Throttle on your side to the limit that the error names.",
            "Use a lighter model (Flash-Lite): its free limits are higher.",
        ],
        prevent: &[
            "Spread requests evenly over the minute instead of sending them all at once.",
            "Shorten prompts if tokens are what runs out.",
        ],
    },
    Text {
        name: "minute_tokens",
        meaning: "The quota of input tokens per minute (TPM) is used up.",
        cause: "The prompts of the last minute together exceed the limit. Cached tokens count too.",
        now: &[
            "Wait until the minute is over, then send again.",
            "Send smaller prompts, or fewer at the same time.",
        ],
        for_good: &[
            "Throttle by tokens, not only by requests: count them before sending.",
            "Move up a tier, or use the Batch API for large prompts.",
            "Send the passages that matter instead of whole documents.",
        ],
        prevent: &[
            "Reserve the expected tokens before each request, and correct the count by usageMetadata.",
        ],
    },
    Text {
        name: "day_plan",
        meaning: "The allowance of your plan is used up for now.",
        cause: "Subscriptions and sign-in access (Code Assist, Gemini CLI) allow so much in a window of hours to \
                days; this one is spent.",
        now: &[
            "Wait for the reset; retrying before then is no use.",
            "Switch to another model: it may have an allowance of its own.",
        ],
        for_good: &["Take a larger plan, or use the API with a key and billing for what exceeds it."],
        prevent: &["Use a lighter model for small steps, and keep the context short."],
    },
    Text {
        name: "day_tokens",
        meaning: "The quota of tokens for a day is used up.",
        cause: "What ran out are tokens, not requests: all prompts of the day to this model count together, cached tokens included. All keys of the project share the quota; it resets at midnight Pacific time.",
        now: &[
            "Send one probe at most, then stop until the reset: nearly every attempt is refused.",
            "Use another model that your tier includes: each has its own daily quota.",
        ],
        for_good: &[
            "Shorten what you send: the passages that matter instead of whole documents, and a shorter history.",
            "Enable billing or move up a tier: paid tiers allow many times as much a day.",
            "With billing, send bulk work through the Batch API: it has a quota of its own.",
        ],
        prevent: &[
            "Count tokens before you send (countTokens is free), and add them up for the day.",
            "Keep answers: do not send the same long prompt twice.",
        ],
    },
    Text {
        name: "day_free",
        meaning: "The daily quota of the free tier is used up.",
        cause: "The free tier allows only a few requests a day for each model. All keys of the project share them; \
                the quota resets at midnight Pacific time.",
        now: &[
            "Send one probe at most, then stop until the reset: nearly every attempt is refused.",
            "Use another model that your tier includes: each has its own daily quota. Flash-Lite models have larger ones.",
        ],
        for_good: &[
            "Enable billing: tier 1 applies at once and allows hundreds of times as much a day.",
            "With billing, send bulk work through the Batch API at half the price.",
            "Put several questions into one request: requests are counted, not their size.",
        ],
        prevent: &[
            "Count requests per day and model, and stop before the limit.",
            "Cache answers: do not ask the same question twice.",
        ],
    },
    Text {
        name: "own_quota",
        meaning: "A quota of your project is used up; the text does not say whether it is that of a minute or of a day.",
        cause: "The quota is named, its window is not. That of a minute has room again by itself; that of a day resets at midnight Pacific time. All keys of the project share it.",
        now: &[
            "Try once after the time that the server gives, or after a minute.",
            "If that is refused too, it is the quota of the day: stop until the reset, or use another model.",
        ],
        for_good: &[
            "Throttle on your side to the limit that the error names.",
            "Enable billing or move up a tier if the limit is too low for your use.",
        ],
        prevent: &[
            "Count requests and tokens per minute and per day, for each model.",
            "Keep the whole body of a refusal: its details name the window.",
        ],
    },
    Text {
        name: "zero_vertex",
        meaning: "The limit is 0: this project has no quota for the model in this location.",
        cause: "Nothing was used up. On Vertex AI some models and locations begin with a quota of 0.",
        now: &[
            "Do not wait and do not retry: it will never pass like this.",
            "Use a location or a model for which the project has quota; the global endpoint first.",
        ],
        for_good: &["Request quota in the Cloud console (IAM & Admin, Quotas)."],
        prevent: &["Look at the quotas of model and location before you deploy."],
    },
    Text {
        name: "zero_free",
        meaning: "The limit is 0: this model is not part of the free tier.",
        cause: "Nothing was used up. The model is for paid projects only, or has left the free tier.",
        now: &[
            "Do not wait and do not retry: it will never pass like this.",
            "Use a model that the free tier includes; see aistudio.google.com/rate-limit.",
        ],
        for_good: &[
            "Enable billing for this project if you need this model.",
            "If you pay already: the key belongs to a project without billing; use a key of the paid one.",
        ],
        prevent: &["Look up your limit for a model before you choose it, and watch the changelog."],
    },
    Text {
        name: "provisioned",
        meaning: "Your Provisioned Throughput is used up, or there is none here.",
        cause: "The request asked for dedicated throughput (header X-Vertex-AI-LLM-Request-Type: dedicated), and \
                the order for this model and region is exhausted or missing.",
        now: &[
            "Leave the header out: what exceeds the order then runs as pay-as-you-go.",
            "Check model and region of the order.",
        ],
        for_good: &["Order more units (GSU), sized for your peaks and for output tokens."],
        prevent: &["Watch the use of the order, and smooth peaks within its enforcement window."],
    },
    Text {
        name: "shared_capacity",
        meaning: "The shared capacity of Vertex AI is exhausted at the moment; this is no quota of yours.",
        cause: "Pay-as-you-go requests of all customers compete for it; above your baseline there is no guarantee.",
        now: &[
            "Back off: wait a second or two, double it each time, with jitter.",
            "Use the global endpoint or another location: each is a pool of its own.",
        ],
        for_good: &[
            "Use the global endpoint by default, with a second location as a fallback where residency matters.",
            "Buy Provisioned Throughput, or use Priority PayGo, for traffic that must not wait.",
            "Give work that can wait to batch prediction or Flex PayGo.",
        ],
        prevent: &["Smooth the traffic: ramp up slowly, and avoid bursts within a second."],
    },
    Text {
        name: "prepaid",
        meaning: "The prepaid credits are used up.",
        cause: "At a balance of 0 every key of every project on the billing account stops at once.",
        now: &["Top up the credits in AI Studio (Billing); it takes effect within minutes."],
        for_good: &[
            "Turn on automatic top-up.",
            "Run unrelated products on billing accounts of their own, so that one cannot stop the other.",
        ],
        prevent: &["Watch the balance and set alerts; billing data lags about ten minutes behind."],
    },
    Text {
        name: "spend_rate",
        meaning: "Your spending within 10 minutes has reached the limit of your tier.",
        cause: "The limit is on the cost of the last 10 minutes, a window that moves along: room comes back as older calls leave it.",
        now: &[
            "Wait as long as the server says, 10 minutes at most, then go on more slowly.",
            "Hold back large and expensive requests until then.",
        ],
        for_good: &[
            "Throttle by cost, not only by requests: spread it evenly over each 10 minutes.",
            "Move up a tier: its limit is higher.",
            "Give work that can wait to the Batch API at half the price.",
        ],
        prevent: &[
            "Add up the cost of the last 10 minutes from usageMetadata, and slow down before the limit.",
        ],
    },
    Text {
        name: "monthly_cap",
        meaning: "The monthly spending cap of the project is reached.",
        cause: "Whoever runs the project has set this cap in AI Studio; it holds until the month ends.",
        now: &[
            "Raise the cap of the project on the spend page of AI Studio, or remove it.",
            "If the cap shall stand: the project runs again on the first of the month.",
        ],
        for_good: &["Set a cap that fits your real use."],
        prevent: &[
            "Set budget alerts at 50, 80 and 100 percent; billing data lags about ten minutes behind.",
        ],
    },
    Text {
        name: "spending_cap",
        meaning: "A limit on spending is reached.",
        cause: "A cap of the project, or the month's cap of the tier.",
        now: &[
            "Open the billing page of AI Studio: which cap is it?",
            "A cap of yours: raise it.",
            "The month's cap of the tier: it opens on the first of the month, or with the next tier.",
        ],
        for_good: &["Set caps that fit your real use, and move up a tier in time."],
        prevent: &[
            "Set budget alerts at 50, 80 and 100 percent, and throttle by cost, not only by requests.",
        ],
    },
    Text {
        name: "signature",
        meaning: "A thought signature is missing in the history, or was changed.",
        cause: "Gemini 3 and later demand that thoughtSignature comes back unchanged with its part, above all with \
                function calls.",
        now: &["Send the model's parts back exactly as they came, signatures included."],
        for_good: &[
            "Keep whole parts in the history instead of text and names only.",
            "Use a current SDK or framework: older ones and many relays drop the field.",
        ],
        prevent: &["Test one tool round trip through every relay before you rely on it."],
    },
    Text {
        name: "function_turns",
        meaning: "Function calls and their responses do not stand in the right order or number.",
        cause: "A call must follow a user turn or a function response, and each call needs exactly one response in \
                the next turn.",
        now: &[
            "Check the history: after a turn with n calls comes one turn with n responses, in order.",
            "Do not cut a history between a call and its response.",
        ],
        for_good: &["Trim histories in whole rounds, and let the SDK keep the chat."],
        prevent: &["Check the order before sending."],
    },
    Text {
        name: "two_credentials",
        meaning: "The request carried two credentials; exactly one is allowed.",
        cause: "For example a key (x-goog-api-key or ?key=) and an Authorization header; often a proxy adds one.",
        now: &["Remove one of them. For the Developer API keep x-goog-api-key."],
        for_good: &["Let exactly one place add the credentials, and strip those of clients in your proxy."],
        prevent: &["Unset environment variables that the SDK would pick up besides."],
    },
    Text {
        name: "small_cache",
        meaning: "The content is too small to be cached.",
        cause: "Explicit caching has a minimum, 1,024 to 4,096 tokens depending on the model.",
        now: &["Send it without a cache: for so little it would not pay."],
        for_good: &[
            "Cache only what reaches the minimum of the model; implicit caching needs no call at all.",
        ],
        prevent: &["Count tokens before you create a cache."],
    },
    Text {
        name: "thinking",
        meaning: "The thinking settings do not fit the model.",
        cause: "Models of the 2.5 family take thinkingBudget, later ones thinkingLevel; never both, and not every \
                model can stop thinking.",
        now: &["Leave thinkingConfig out, or use the setting that the model's page names."],
        for_good: &["Keep thinking settings per model family in configuration."],
        prevent: &["Test the settings with each model that you may switch to."],
    },
    Text {
        name: "unknown_field",
        meaning: "The request holds fields that this API does not know.",
        cause: "A typing error, a field in the wrong place, one of a newer API version, or keywords of JSON Schema \
                that the schema fields do not take.",
        now: &[
            "Remove or rename the fields that are named.",
            "For a full JSON Schema use responseJsonSchema or parametersJsonSchema.",
        ],
        for_good: &[
            "Use v1beta and a current SDK.",
            "Clean schemas before sending: take out what Gemini does not know.",
        ],
        prevent: &["Validate requests against the reference before sending."],
    },
    Text {
        name: "too_many_bytes",
        meaning: "The request is too large in bytes.",
        cause: "Inline data (pictures, PDF, audio, video) makes the body larger than the API or a proxy takes.",
        now: &[
            "Upload large files through the Files API or Cloud Storage, and refer to them.",
            "Shrink or split what you send inline.",
        ],
        for_good: &["Send everything above a few megabytes as a file."],
        prevent: &["Check the size of the body before sending; a proxy's limit may be lower than Google's."],
    },
    Text {
        name: "unpaid_region",
        meaning: "Where the request comes from, the API is offered with billing only.",
        cause: "In some countries there is no free tier; the project has no billing account linked.",
        now: &["Link a billing account to the project in AI Studio or the Cloud console."],
        for_good: &["Keep billing on, or use Gemini on Vertex AI in a location that Google serves."],
        prevent: &["Check the list of regions and the terms of the free tier before you deploy."],
    },
    Text {
        name: "service_agents",
        meaning: "Google is still setting up the service agents of the project.",
        cause: "They are made at the first use of a feature that reads other services, such as Cloud Storage; this takes a few minutes.",
        now: &["Wait a few minutes, then send the same request again."],
        for_good: &[
            "If it lasts: check that the Vertex AI API is enabled and that the agents have their roles (IAM, with Google's grants shown).",
        ],
        prevent: &["Make the first call of a new project part of its setup, before traffic comes."],
    },
    Text {
        name: "file_not_ready",
        meaning: "The file is not ready yet.",
        cause: "After the upload Google processes it; until its state is ACTIVE it cannot be used. Video takes longest.",
        now: &["Ask for the file's state every few seconds (files.get), and send once it is ACTIVE."],
        for_good: &["Build the wait into your code. If the state is FAILED, upload again in another format."],
        prevent: &["Upload ahead of use. Files live 48 hours."],
    },
    Text {
        name: "client_timeout",
        meaning: "Your client stopped waiting: its own timeout ended the call.",
        cause: "No answer had come until then; the server itself reported no failure. Long prompts, much thinking and long answers take minutes.",
        now: &[
            "Raise the client's timeout (minutes for long prompts, 15 and more for long answers) and send again.",
            "Or ask for less: less context, a lower thinking level, fewer output tokens.",
        ],
        for_good: &[
            "Stream: the first words arrive early, and the timeout can be short between them.",
            "Give long work to the Batch API.",
        ],
        prevent: &[
            "Set timeouts per model and task instead of one for all.",
            "Bear in mind that the server may have gone on: such calls can count and be billed.",
        ],
    },
    Text {
        name: "expired_key",
        meaning: "The API key has expired.",
        cause: "The key had an end date, or Google has retired its kind.",
        now: &["Create a new key in AI Studio and put it in place of the old one."],
        for_good: &["Rotate keys by plan, well before they end."],
        prevent: &["Set a reminder for the end of every key."],
    },
    Text {
        name: "keys_not_accepted",
        meaning: "This endpoint takes no API keys; it wants an OAuth token.",
        cause: "Vertex AI with project and location authenticates by OAuth; API keys are for the Developer API and \
                for express mode.",
        now: &[
            "For Vertex: gcloud auth application-default login, or a service account.",
            "For a key of AI Studio: call generativelanguage.googleapis.com instead.",
        ],
        for_good: &["Decide on one surface, and configure endpoint and credentials together."],
        prevent: &["Check GOOGLE_GENAI_USE_VERTEXAI: it switches the SDK to Vertex unnoticed."],
    },
    Text {
        name: "leaked_key",
        meaning: "Google has blocked this key: it was reported as leaked.",
        cause: "The key was seen in public: a repository, a web page, an app, a log. It will not work again.",
        now: &[
            "Create a new key, and delete the old one.",
            "Find the leak and close it first, or the new key goes the same way.",
            "Look at usage and bills for strangers.",
        ],
        for_good: &["Keep keys in a secret store, and call from a backend, never from a page or an app."],
        prevent: &["Scan repositories for secrets before they are pushed, and restrict each key."],
    },
    Text {
        name: "file_of_another",
        meaning: "The file does not exist any more, or belongs to another project.",
        cause: "Files are visible only to the project that uploaded them, and are deleted after 48 hours.",
        now: &["Upload the file again, with the key that you send the request with."],
        for_good: &["Keep the upload time and the project with the file's name, and renew in time."],
        prevent: &["If you use several projects, upload to each of them."],
    },
    Text {
        name: "missing_role",
        meaning: "The caller lacks an IAM permission, or the resource does not exist.",
        cause: "No role of the caller holds the permission in this project; the server does not tell the two apart.",
        now: &[
            "Grant the role Vertex AI User (roles/aiplatform.user) on the project, and wait two minutes.",
            "Check project, location and model in the resource's name for typing errors.",
        ],
        for_good: &["Define roles in code, per service account, with the least that is needed."],
        prevent: &["Test with the identity of production, not with your own."],
    },
    Text {
        name: "cache_gone",
        meaning: "The cached content is gone, or belongs to another project. The model itself is there.",
        cause: "Caches live an hour unless told otherwise, and belong to one project and location. For a foreign or \
                expired one the server says 403 or 404.",
        now: &[
            "Create the cache again, or send the content in full.",
            "Use the credentials of the project that created it.",
        ],
        for_good: &["Catch this failure in code: fall back to the full prompt, and renew the cache."],
        prevent: &["Extend the lifetime (ttl) before it ends, and keep calls with a cache on one project."],
    },
    Text {
        name: "retired_model",
        meaning: "This model is not offered any more, at least not to your project.",
        cause: "It was shut down, or closed to new users.",
        now: &["Use the successor that the list of deprecations names."],
        for_good: &["Keep model names in configuration, and test the successor before the shutdown."],
        prevent: &["Follow the list of deprecations: dates are announced there."],
    },
    Text {
        name: "model_elsewhere",
        meaning: "This location does not offer the model, or your project may not use it.",
        cause: "The name is wrong or retired, or the model is served in other locations: Gemini 3 and later at \
                global, us and eu only.",
        now: &[
            "Try the location global.",
            "Check name and version of the model in the list of locations.",
        ],
        for_good: &["Choose a location that serves the model; us and eu where data must stay there."],
        prevent: &["Check at start-up that each model exists in each configured location."],
    },
    Text {
        name: "unknown_model",
        meaning: "There is no model of this name here, or it cannot do what was asked.",
        cause: "The name is mistyped or retired, this API version does not know the model, or the model does not \
                support the method (a Live, image or embedding model, for example).",
        now: &[
            "List the models (models.list): it shows names and supported methods.",
            "If the model is retired: use its successor from the list of deprecations.",
        ],
        for_good: &[
            "Keep model names in configuration, and use a current stable model.",
            "Call v1beta: v1 does not know every model.",
        ],
        prevent: &[
            "Check at start-up that every configured model exists, and follow the list of deprecations.",
        ],
    },
    Text {
        name: "file_gone",
        meaning: "The file does not exist any more. The model itself is there.",
        cause: "Uploaded files are deleted after 48 hours, or the name is wrong.",
        now: &["Upload the file again, and use its new name."],
        for_good: &[
            "Keep the upload time with the name, and renew in time; for lasting files use Cloud Storage.",
        ],
        prevent: &["Check the file (files.get) before a large request refers to it."],
    },
];
