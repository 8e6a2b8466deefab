"""Random books: well typed and acyclic by construction, in every form that the language has."""
