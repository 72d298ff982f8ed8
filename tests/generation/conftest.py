"""One helper process and one model server for all tests of a session, as LiteLLM takes seconds to start."""

from collections.abc import Iterator

import pytest

from tests.model_server import ModelServer, model_server
from workbench.generation.backends import LiteLLMBackend
from workbench.generation.children import Helpers
from workbench.generation.patience import Patience

KEY = "sk-canary-4f1d8e7a90c2"


@pytest.fixture(scope="session")
def helpers() -> Iterator[Helpers]:
    pool = Helpers()
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def running_server() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server


@pytest.fixture
def server(running_server: ModelServer) -> ModelServer:
    """The server with an empty script."""
    running_server.script()
    return running_server


@pytest.fixture
def backend(server: ModelServer, helpers: Helpers) -> LiteLLMBackend:
    """A model whose price LiteLLM knows, at the scripted server, with pauses that take no time."""
    return LiteLLMBackend(
        "openai/gpt-4o-mini",
        api_base=server.url,
        key=KEY,
        timeout=20,
        patience=Patience(first=0.001),
        helpers=helpers,
    )
