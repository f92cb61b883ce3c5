"""Disclosure requests: their states, their statutory clock, their outcomes, and what a filing must hold."""
