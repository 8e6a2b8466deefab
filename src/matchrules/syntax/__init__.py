"""From the text of a rule file to its tree: a lossless lexer and a parser that recovers."""
