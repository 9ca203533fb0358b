"""Pure seat rules: flow, legal roster, first come, lottery, waiting order. Imports nothing of ours."""
