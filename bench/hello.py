"""The smallest Flask application: what the same gunicorn does when the product does nothing."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    return "hello"
