//! Embeddings, and tokens counted: bodies that answer what is not generated.

use dioscuri_vocab::{Rng, SplitMix64};
use serde::Serialize;

use super::{answer::form::ModalityTokens, hash::Fnv, layout};
use crate::scenario::Surface;

/// One content to embed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'a> {
    /// Equal contents have equal embeddings.
    pub(crate) content: &'a str,
    pub(crate) tokens: u64,
    /// The length of the embedding.
    pub(crate) dimensions: usize,
}

/// The body that answers `embedContent`. The Developer API writes nothing but the values; the rest of Vertex's
/// is from its public protocol files.
pub(crate) fn embed(surface: Surface, model: &str, item: &Item<'_>) -> Vec<u8> {
    layout::body(&Embedded {
        embedding: Embedding::of(model, item),
        usage_metadata: (surface == Surface::Vertex).then_some(Usage {
            prompt_token_count: item.tokens,
            prompt_tokens_details: [ModalityTokens {
                modality: "TEXT",
                token_count: item.tokens,
            }],
        }),
    })
}

/// The body that answers `batchEmbedContents`.
pub(crate) fn batch(model: &str, items: &[Item<'_>]) -> Vec<u8> {
    layout::body(&Batch {
        embeddings: items.iter().map(|item| Embedding::of(model, item)).collect(),
    })
}

/// The body that answers Vertex's `predict` of an embedding model. Nothing is proto3 JSON within it: what is
/// false or zero is written all the same.
pub(crate) fn predict(model: &str, items: &[Item<'_>]) -> Vec<u8> {
    let predictions = items
        .iter()
        .map(|item| Prediction {
            embeddings: Predicted {
                statistics: Statistics {
                    truncated: false,
                    token_count: item.tokens,
                },
                values: values(model, item),
            },
        })
        .collect();
    layout::body(&Predictions {
        predictions,
        metadata: Metadata {
            billable_character_count: items.iter().map(|item| billable(item.content)).sum(),
        },
    })
}

/// The body that answers `countTokens` (§4.7): the prompt's tokens by modality, and on Vertex the characters
/// that are billed.
pub(crate) fn count(surface: Surface, prompt: &[(&'static str, u64)], characters: u64) -> Vec<u8> {
    let details: Vec<ModalityTokens> = prompt
        .iter()
        .map(|&(modality, token_count)| ModalityTokens {
            modality,
            token_count,
        })
        .collect();
    layout::body(&Count {
        total_tokens: details
            .iter()
            .fold(0, |sum, of| sum.saturating_add(of.token_count)),
        total_billable_characters: (surface == Surface::Vertex && characters > 0).then_some(characters),
        prompt_tokens_details: details,
    })
}

/// The characters that Vertex bills: all but blanks.
pub(crate) fn billable(text: &str) -> u64 {
    text.chars().filter(|c| !c.is_whitespace()).count() as u64
}

/// The embedding: of length 1, and the same for the same content. A shorter one has the direction of the
/// longer one's beginning.
fn values(model: &str, item: &Item<'_>) -> Vec<f32> {
    let seed = Fnv::new()
        .with_bytes(model.as_bytes())
        .with(0)
        .with_bytes(item.content.as_bytes());
    let mut rng = SplitMix64::new(seed.value());
    let raw: Vec<f64> = (0..item.dimensions).map(|_| 2.0 * rng.next_f64() - 1.0).collect();
    let length = raw.iter().map(|value| value * value).sum::<f64>().sqrt();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Google's have the digits of an f32"
    )]
    raw.iter()
        .map(|value| (value / length.max(f64::MIN_POSITIVE)) as f32)
        .collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Embedded {
    embedding: Embedding,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage_metadata: Option<Usage>,
}

#[derive(Serialize)]
struct Batch {
    embeddings: Vec<Embedding>,
}

#[derive(Serialize)]
struct Embedding {
    values: Vec<f32>,
}

impl Embedding {
    fn of(model: &str, item: &Item<'_>) -> Self {
        Self {
            values: values(model, item),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    prompt_token_count: u64,
    prompt_tokens_details: [ModalityTokens; 1],
}

#[derive(Serialize)]
struct Predictions {
    predictions: Vec<Prediction>,
    metadata: Metadata,
}

#[derive(Serialize)]
struct Prediction {
    embeddings: Predicted,
}

#[derive(Serialize)]
struct Predicted {
    statistics: Statistics,
    values: Vec<f32>,
}

#[derive(Serialize)]
struct Statistics {
    truncated: bool,
    token_count: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    billable_character_count: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Count {
    total_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_billable_characters: Option<u64>,
    prompt_tokens_details: Vec<ModalityTokens>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const HI: Item<'static> = Item {
        content: "hi there",
        tokens: 2,
        dimensions: 3,
    };

    /// The embedding as it reads on the wire.
    fn written(item: &Item<'_>) -> Value {
        parsed(&serde_json::to_vec(&values("m", item)).unwrap())
    }

    fn parsed(bytes: &[u8]) -> Value {
        serde_json::from_slice(bytes).unwrap()
    }

    #[test]
    fn an_embedding_has_length_one_and_is_the_contents_own() {
        for dimensions in [1, 2, 768, 3072] {
            let item = Item { dimensions, ..HI };
            let embedding = values("m", &item);
            assert_eq!(embedding.len(), dimensions);
            let length: f32 = embedding.iter().map(|value| value * value).sum();
            assert!((length - 1.0).abs() < 1e-4, "{length}");
            assert_eq!(embedding, values("m", &item));
            let other = Item {
                content: "hi",
                ..item
            };
            assert!(dimensions == 1 || embedding != values("m", &other));
        }
        assert!(values("m", &Item { dimensions: 0, ..HI }).is_empty());
    }

    #[test]
    fn section_4_7_embed_content() {
        let values = written(&HI);
        let developer = parsed(&embed(Surface::Developer, "m", &HI));
        assert_eq!(developer, json!({"embedding": {"values": values}}));
        let vertex = parsed(&embed(Surface::Vertex, "m", &HI));
        let expected = json!({
            "embedding": {"values": values},
            "usageMetadata": {
                "promptTokenCount": 2,
                "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 2}],
            },
        });
        assert_eq!(vertex, expected);
    }

    #[test]
    fn section_4_7_batch_embed_contents() {
        let other = Item { content: "ho", ..HI };
        let expected = json!({"embeddings": [
            {"values": written(&HI)},
            {"values": written(&other)},
        ]});
        assert_eq!(parsed(&batch("m", &[HI, other])), expected);
        assert_eq!(parsed(&batch("m", &[])), json!({"embeddings": []}));
    }

    #[test]
    fn section_1_5_predict() {
        let expected = json!({
            "predictions": [{"embeddings": {
                "statistics": {"truncated": false, "token_count": 2},
                "values": written(&HI),
            }}],
            "metadata": {"billableCharacterCount": 7},
        });
        assert_eq!(parsed(&predict("m", &[HI])), expected);
    }

    #[test]
    fn section_4_7_count_tokens() {
        let prompt = [("TEXT", 5), ("IMAGE", 258)];
        let details = json!([
            {"modality": "TEXT", "tokenCount": 5},
            {"modality": "IMAGE", "tokenCount": 258},
        ]);
        let developer = parsed(&count(Surface::Developer, &prompt, 20));
        assert_eq!(
            developer,
            json!({"totalTokens": 263, "promptTokensDetails": details})
        );
        let vertex = parsed(&count(Surface::Vertex, &prompt, 20));
        let expected = json!({
            "totalTokens": 263,
            "totalBillableCharacters": 20,
            "promptTokensDetails": details,
        });
        assert_eq!(vertex, expected);
    }
}
