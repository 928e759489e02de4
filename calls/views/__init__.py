"""Lists and forms of what was said. The page of one call or opportunity is desk's."""
