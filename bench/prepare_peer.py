#!/usr/bin/env python3
"""Tokenizes a JSON Lines file as Hugging Face's users do: datasets.map(batched=True, num_proc) with the fast tokenizer.

    prepare_peer.py TOKENIZER.json CORPUS.jsonl PROCESSES CACHE_FOLDER     prints the number of tokens

The cache folder must be empty: what datasets has cached it does not compute again.
"""

import sys

import datasets
from tokenizers import Tokenizer

tokenizer_path, corpus, processes, cache = sys.argv[1:]
tokenizer = Tokenizer.from_file(tokenizer_path)
tokenizer.no_truncation()
tokenizer.no_padding()


def encode(batch):
    return {"ids": [e.ids for e in tokenizer.encode_batch_fast(batch["text"], add_special_tokens=False)]}


datasets.disable_progress_bars()
texts = datasets.load_dataset("json", data_files=corpus, split="train", cache_dir=cache)
tokens = texts.map(encode, batched=True, num_proc=int(processes), remove_columns=texts.column_names)
print(sum(len(ids) for batch in tokens.iter(10000) for ids in batch["ids"]))
