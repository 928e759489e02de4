"""Pages where it all comes together: Today, the call sheet, capture, and the dossiers."""
