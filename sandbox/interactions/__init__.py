"""Interactions: what a person does with an application, and how the application answers within 3 seconds."""
