//! A configuration from the variables that Google's SDKs read.

use super::{Config, ConfigError, Project};

/// The variables that may hold the key, in the order in which Google's SDKs prefer them.
const KEYS: [&str; 2] = ["GOOGLE_API_KEY", "GEMINI_API_KEY"];

/// The variable that points the SDKs at a gateway.
const BASE_URL: &str = "GOOGLE_GEMINI_BASE_URL";

pub(super) fn read(var: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
    let set = |name: &str| var(name).filter(|value| !value.trim().is_empty());
    let key = KEYS.iter().find_map(|name| set(name)).ok_or_else(|| {
        ConfigError::new(
            "no API key: set GEMINI_API_KEY or GOOGLE_API_KEY, or name projects in a file with --config",
        )
    })?;
    let mut project = Project::developer("default").with_key(&key);
    project.base_url = set(BASE_URL);
    Ok(Config::new([project]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_with(vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
        read(|name| {
            vars.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn either_variable_is_enough() {
        for name in KEYS {
            assert_eq!(
                read_with(&[(name, "k")]).unwrap().projects[0].credentials.len(),
                1
            );
        }
    }

    #[test]
    fn without_a_key_both_variables_are_named() {
        let error = read_with(&[("GEMINI_API_KEY", " ")]).unwrap_err().to_string();
        assert!(
            error.contains("GEMINI_API_KEY") && error.contains("GOOGLE_API_KEY"),
            "{error}"
        );
    }

    #[test]
    fn the_base_url_of_the_sdks_is_kept() {
        let config = read_with(&[("GEMINI_API_KEY", "k"), (BASE_URL, "http://127.0.0.1:8080")]).unwrap();
        assert_eq!(
            config.projects[0].base_url.as_deref(),
            Some("http://127.0.0.1:8080")
        );
    }
}
