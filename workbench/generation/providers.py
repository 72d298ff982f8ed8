"""Which provider a model's name means, and under which name its key is kept. Names only; never a key."""

from __future__ import annotations

_KEYS = {
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "mistral": "MISTRAL_API_KEY",
    "codestral": "CODESTRAL_API_KEY",
    "deepseek": "DEEPSEEK_API_KEY",
    "groq": "GROQ_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
    "together_ai": "TOGETHERAI_API_KEY",
    "fireworks_ai": "FIREWORKS_AI_API_KEY",
    "cohere": "COHERE_API_KEY",
    "cohere_chat": "COHERE_API_KEY",
    "xai": "XAI_API_KEY",
    "azure": "AZURE_API_KEY",
    "azure_ai": "AZURE_AI_API_KEY",
    "perplexity": "PERPLEXITYAI_API_KEY",
    "huggingface": "HF_TOKEN",
    "litellm_proxy": "LITELLM_PROXY_API_KEY",
}
_KEYLESS = frozenset(
    {"ollama", "ollama_chat", "lm_studio", "hosted_vllm", "llamafile", "xinference", "docker_model_runner"}
)
# Names that are commonly said without their provider.
_BARE = (
    (("gpt-", "chatgpt-", "o1", "o3", "o4", "codex-"), "openai"),
    (("claude-",), "anthropic"),
    (("gemini-",), "gemini"),
    (("deepseek-",), "deepseek"),
    (("mistral-", "codestral-", "devstral-", "magistral-"), "mistral"),
    (("grok-",), "xai"),
    (("command-",), "cohere_chat"),
)


def provider_of(model: str) -> str | None:
    """The provider of a LiteLLM model name, None where the name does not say."""
    provider, slash, _ = model.partition("/")
    if slash:
        return provider
    return next((name for starts, name in _BARE if model.lower().startswith(starts)), None)


def key_name(model: str) -> str | None:
    """The environment variable that LiteLLM reads this model's key from; None for local and unknown names."""
    provider = provider_of(model)
    if provider is None or provider in _KEYLESS:
        return None
    return _KEYS.get(provider, f"{provider.upper()}_API_KEY")


def needs_key(model: str, api_base: str | None) -> bool:
    """False for local servers: those that LiteLLM knows as such, and any address of one's own."""
    return api_base is None and key_name(model) is not None
