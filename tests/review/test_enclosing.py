"""The definition that a folded gap names: right in every common language, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.review.enclosing import scope_of

CASES = [
    ("a.py", "class Store:\n    def get(self, key):\n        HERE\n", "def get(self, key)"),
    ("a.py", "class Store:\n    def get(self,\n            key):\n        HERE\n", "def get(self, …"),
    ("a.py", "def f():\n    x = '''\ntext\n'''\n    HERE\n", ""),
    (
        "a.py",
        "class A:\n    async def f(self) -> int:\n        for x in y:\n            HERE\n",
        "async def f(self) -> int",
    ),
    ("a.py", "def outer():\n    call(\n        a,\n        HERE\n", "def outer()"),
    ("a.py", "HERE\n", ""),
    ("a.js", "class A {\n  constructor(a, b) {\n    HERE\n", "constructor(a, b)"),
    (
        "a.js",
        "export const load = async (id) => {\n  if (id) {\n    HERE\n",
        "export const load = async (id) =>",
    ),
    ("a.js", "function go(a) {\n  list.forEach((x) => {\n    HERE\n", "function go(a)"),
    ("a.js", "function go(a) {\n  promise.then(function () {\n    HERE\n", "function go(a)"),
    ("a.ts", "export interface Point {\n  x: number\n  HERE\n", "export interface Point"),
    (
        "a.ts",
        "class A {\n  private async load<T>(id: string): Promise<T> {\n    HERE\n",
        "private async load<T>(id: string): Promise<T>",
    ),
    ("a.ts", "describe('store', () => {\n  it('keeps', async () => {\n    HERE\n", "it('keeps', async () =>"),
    (
        "a.go",
        "func (s *Store) Get(k string) (string, error) {\n\tgo func() {\n\t\tHERE\n",
        "func (s *Store) Get(k string) (string, error)",
    ),
    ("a.go", "type Store struct {\n\tHERE\n", "type Store struct"),
    (
        "a.rs",
        "impl<T> Store<T> {\n    pub fn get(&self) -> Option<T> {\n        match x {\n            HERE\n",
        "pub fn get(&self) -> Option<T>",
    ),
    ("a.c", "static int\nfoo(int a)\n{\n\tlist_for_each_entry(a, b, c) {\n\t\tHERE\n", "foo(int a)"),
    (
        "a.c",
        "static int foo(int a,\n               int b)\n{\n    if (a) {\n        HERE\n",
        "static int foo(int a, …",
    ),
    ("a.c", "struct point {\n    HERE\n", "struct point"),
    ("a.c", "int main(void)\n{\n    call(a,\n         HERE\n", "int main(void)"),
    (
        "a.cpp",
        "void Foo::bar(int a) const {\n#ifdef X\n  BOOST_FOREACH(a) {\n    HERE\n",
        "void Foo::bar(int a) const",
    ),
    ("a.cpp", "class A : public B {\npublic:\n  A(int x) : B(x) {\n    HERE\n", "A(int x) : B(x)"),
    ("a.cpp", "namespace n {\nint f() {\n  HERE\n", "int f()"),
    (
        "A.java",
        "class A {\n    @Override\n    void run(int a) throws E {\n        while (b) {\n            HERE\n",
        "void run(int a) throws E",
    ),
    ("A.java", "class A {\n    A(int b) {\n        HERE\n", "A(int b)"),
    (
        "A.java",
        "class A {\n    void f() {\n        Runnable r = new Runnable() {\n            HERE\n",
        "void f()",
    ),
    ("A.java", "class A {\n    void f() {\n        synchronized (this) {\n            HERE\n", "void f()"),
    (
        "a.cs",
        "public class A {\n    async Task<int> Go(int a) {\n        foreach (b in c) {\n            HERE\n",
        "async Task<int> Go(int a)",
    ),
    ("a.rb", "module M\n  class A\n    def go!(a)\n      list.each do |x|\n        HERE\n", "def go!(a)"),
    ("a.rb", "describe 'x' do\n  it 'does' do\n    HERE\n", "it 'does'"),
    (
        "a.php",
        "<?php\nclass A {\n    function get(int $a): ?string {\n        foreach ($a) {\n            HERE\n",
        "function get(int $a): ?string",
    ),
    ("a.sh", "build() {\n  for x in a; do\n    HERE\n", "build()"),
    ("a.sh", "if x; then\n  HERE\n", ""),
    ("a.md", "# One\n\n```sh\n# not a heading\n```\n\nHERE\n", "# One"),
    ("a.md", "# One\n\n```sh\n# not\nHERE\n", "# One"),
    ("a.yml", "jobs:\n  build:\n    steps:\n      - run: x\n        HERE: 1\n", "jobs › build › steps"),
    ("a.yml", "a:\n  text: |\n    b:\n      HERE\n", ""),
    ("a.toml", "[project]\nname = 1\nHERE\n", "[project]"),
    ("a.json", '{\n  "scripts": {\n    HERE\n', '"scripts"'),
    ("Makefile", "build: a b\n\techo\n\tHERE\n", "build: a b"),
    ("a.kt", "class A {\n    override fun go(a: Int): Int {\n        HERE\n", "override fun go(a: Int): Int"),
    (
        "a.swift",
        "extension A {\n    func go() -> Int {\n        guard let x else {\n            HERE\n",
        "func go() -> Int",
    ),
    ("a.css", ".a {\n  HERE\n", ".a"),
    ("a.sql", "CREATE TABLE a (\n  HERE\n", "CREATE TABLE a"),
    ("run", "#!/usr/bin/env python3\ndef a(b):\n    HERE\n", "def a(b)"),
    ("a.txt", "class of things:\n    HERE\n", ""),
    ("a.xyz", "if x {\n    HERE\n", ""),
]


def lines_of(text: str) -> tuple[list[bytes], int]:
    """The lines of a text, and the one that says HERE."""
    lines = [each.encode() + b"\n" for each in text.split("\n")[:-1]]
    return lines, next(at for at, each in enumerate(lines, 1) if b"HERE" in each)


@pytest.mark.parametrize(("path", "text", "said"), CASES)
def test_a_gap_names_what_the_line_after_it_stands_in(path: str, text: str, said: str) -> None:
    assert scope_of(*lines_of(text), path) == said


def test_a_definition_that_ended_above_is_not_named() -> None:
    for path, text in (
        ("a.py", "def f():\n    return 1\n\nx = [\n    HERE\n"),
        ("a.c", "int f(void)\n{\n    return 1;\n}\nint x[] = {\n    HERE\n"),
        ("a.js", "function f() {\n  return 1\n}\nconst x = {\n  HERE\n"),
        ("a.go", "func f() {\n\treturn\n}\nvar x = []int{\n\tHERE\n"),
    ):
        assert scope_of(*lines_of(text), path) == ""


def test_a_text_that_looks_like_code_is_not_taken_for_it() -> None:
    text = 'def real():\n    x = 1\n    y = """\n  def example():\n"""\n    z = 1\n    HERE\n'
    assert scope_of(*lines_of(text), "a.py") == ""


@given(
    st.lists(
        st.sampled_from(["def f(a):", "  x(", "    {", "}", "class A {", "key: |", "# h", "```", "\t", ""])
    ),
    st.sampled_from(["a.py", "a.c", "a.js", "a.yml", "a.md", "a.rs", "Makefile", "a.toml", "a", "a.json"]),
    st.integers(1, 30),
)
def test_any_text_has_an_answer_that_stands_in_it(texts: list[str], path: str, line: int) -> None:
    lines = [f"{each}\n".encode() for each in texts]
    said = scope_of(lines, line, path)
    words = said.replace("…", "").replace("›", "").split()
    above = b" ".join(lines[: line - 1]).decode()
    assert all(word in above for word in words)
