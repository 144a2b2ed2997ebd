import os
import platform

from flask import Flask, jsonify, request

app = Flask(__name__)

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hello from Flask</title>
<style>
  :root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
  body {{ display: grid; place-content: center; min-height: 100vh; margin: 0 }}
</style>
<h1>Hello from Flask</h1>
<p>Python {version}, worker {pid}.</p>
"""


@app.get("/")
def home():
    return PAGE.format(version=platform.python_version(), pid=os.getpid())


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/echo")
def echo():
    return jsonify(request.args)
