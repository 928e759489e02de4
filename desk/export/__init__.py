"""What other programs read: tables, cards, a calendar. Whole and for coming back: desk/archive."""
