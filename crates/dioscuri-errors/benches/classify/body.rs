//! A refusal by quota and a usual answer, in the form of the API's reference, and plain structs for the refusal.

use serde::Deserialize;
use std::collections::BTreeMap;

/// 1.4 kB, as the Gemini Developer API refuses a request beyond the daily quota.
pub(crate) const QUOTA: &str = r#"{
  "error": {
    "code": 429,
    "message": "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, head to: https://ai.dev/rate-limit. \n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 20, model: gemini-3.8-flash\nPlease retry in 26.211922938s.",
    "status": "RESOURCE_EXHAUSTED",
    "details": [
      {
        "@type": "type.googleapis.com/google.rpc.Help",
        "links": [
          {
            "description": "Learn more about Gemini API quotas",
            "url": "https://ai.google.dev/gemini-api/docs/rate-limits"
          }
        ]
      },
      {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [
          {
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
            "quotaDimensions": {
              "location": "global",
              "model": "gemini-3.8-flash"
            },
            "quotaValue": "20"
          }
        ]
      },
      {
        "@type": "type.googleapis.com/google.rpc.RetryInfo",
        "retryDelay": "26s"
      }
    ]
  }
}
"#;

/// A short answer with everything that usually stands around the text.
pub(crate) const ANSWER: &str = r#"{
  "candidates": [
    {
      "content": {
        "parts": [
          {
            "text": "Castor and Pollux were twins:\n\n* **Castor** was mortal,\n* **Pollux** was not.\n\nThey share \"immortality\" by turns.",
            "thoughtSignature": "CisBVKhc7u0gq4b1Yh6bV1k9cGx5c2lnbmF0dXJlb2ZhdGhvdWdodA=="
          }
        ],
        "role": "model"
      },
      "finishReason": "STOP",
      "index": 0,
      "safetyRatings": [
        {
          "category": "HARM_CATEGORY_HARASSMENT",
          "probability": "NEGLIGIBLE"
        }
      ]
    }
  ],
  "usageMetadata": {
    "promptTokenCount": 61,
    "candidatesTokenCount": 40,
    "totalTokenCount": 101,
    "promptTokensDetails": [
      {
        "modality": "TEXT",
        "tokenCount": 61
      }
    ],
    "serviceTier": "standard"
  },
  "modelVersion": "gemini-3.8-flash",
  "responseId": "CdDHapDnNJiyqtsP38a-uQc"
}
"#;

/// What anybody would write to read [`QUOTA`]: every string owned, one struct for all details.
#[expect(dead_code, reason = "filling the fields is what is measured")]
#[derive(Deserialize)]
pub(crate) struct Body {
    error: Refusal,
}

#[expect(dead_code, reason = "filling the fields is what is measured")]
#[derive(Deserialize)]
struct Refusal {
    code: u16,
    message: String,
    status: String,
    #[serde(default)]
    details: Vec<Detail>,
}

#[expect(dead_code, reason = "filling the fields is what is measured")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    #[serde(rename = "@type")]
    kind: String,
    #[serde(default)]
    links: Vec<Link>,
    #[serde(default)]
    violations: Vec<Violation>,
    retry_delay: Option<String>,
}

#[expect(dead_code, reason = "filling the fields is what is measured")]
#[derive(Deserialize)]
struct Link {
    description: String,
    url: String,
}

#[expect(dead_code, reason = "filling the fields is what is measured")]
#[derive(Deserialize)]
struct Violation {
    #[serde(rename = "quotaMetric")]
    metric: String,
    #[serde(rename = "quotaId")]
    id: String,
    #[serde(default, rename = "quotaDimensions")]
    dimensions: BTreeMap<String, String>,
    #[serde(rename = "quotaValue")]
    value: String,
}
