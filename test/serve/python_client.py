"""Asks the server as a Python program does; what it found is printed as JSON."""
import json
import sys

from openai import BadRequestError, NotFoundError, OpenAI

client = OpenAI(base_url=sys.argv[1], api_key="none is needed", max_retries=0)
messages = [{"role": "user", "content": sys.argv[2]}]
asked = {"model": "default", "messages": messages, "temperature": 0, "max_tokens": 16}

whole = client.chat.completions.create(**asked, logprobs=True, top_logprobs=2)
steered = client.chat.completions.create(**asked, extra_body={"steering": [{"vector": "compliance", "strength": 2}]})
named = client.chat.completions.create(**{**asked, "model": "default+compliance@2"})
pieces = client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True})
streamed, usage = "", None
for piece in pieces:
    usage = piece.usage or usage
    for choice in piece.choices:
        streamed += choice.delta.content or ""
text = client.completions.create(model="default", prompt="the turnip", temperature=0, max_tokens=4)
errors = []
for wrong in ({"model": "gpt-4o"}, {"top_p": 7}):
    try:
        client.chat.completions.create(**{**asked, **wrong})
    except (NotFoundError, BadRequestError) as error:
        errors.append([type(error).__name__, error.code])
print(
    json.dumps(
        {
            "models": [model.id for model in client.models.list()],
            "whole": whole.choices[0].message.content,
            "tokens": [entry.token for entry in whole.choices[0].logprobs.content],
            "usage": [whole.usage.total_tokens, usage.total_tokens],
            "streamed": streamed,
            "steered": steered.choices[0].message.content,
            "named": named.choices[0].message.content,
            "meta": steered.model_extra["plimsoll"]["steering"],
            "text": text.choices[0].text,
            "errors": errors,
        }
    )
)
