from tests.window import test_painted as t
t.theme_names = lambda: ("dark",)
from tests.window.test_painted import test_every_text_of_a_ledger_can_be_read, test_every_text_of_shapes_can_be_read, test_every_text_of_prompts_and_rounds_can_be_read
