"""How languages write one name: sounds of words, forms of given names, and whether two names may mean one person."""
