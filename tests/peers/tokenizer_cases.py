"""Tokenizers and texts that slm and the Hugging Face library are compared on. Nothing is downloaded: the tokenizers are
real files from the test data, or made and trained here."""

import json
import os
import pathlib
import random
import struct

from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors,
                        trainers)

DATA = pathlib.Path(os.environ.get("SLM_TEST_DATA", pathlib.Path(__file__).parents[3] / "shared/data"))

CL100K = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
          r"|\s+(?!\S)|\s+")
QWEN2 = CL100K.replace(r"\p{N}{1,3}", r"\p{N}")
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])

SCALARS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
SAMPLE = ("The quick brown fox doesn't jump over 12345 lazy dogs; it's naïve, isn't it? “Déjà vu” — 東京は日本の首都です。"
          " Съешь же ещё этих мягких французских булок! 모든 인간은 태어날 때부터 자유로우며 كل الناس يولدون أحرارا "
          "def f(x):\n    return x**2 + 3.14  # comment\r\n\tvoid g() { int a[10]; }\n\n  हिन्दी में लिखा हुआ 👩‍👩‍👧 🇩🇪 ")


def byte_vocab():
    """id == byte, spelled as byte-level vocabularies spell bytes."""
    printable = [*range(33, 127), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    extra = (chr(0x100 + i) for i in range(256))
    return {chr(b) if b in printable else next(extra): b for b in range(256)}


def bytes_after(normalizer=None, pre=None):
    """Shows every byte, and its offsets, of what a normalizer makes."""
    t = Tokenizer(models.BPE(vocab=byte_vocab(), merges=[]))
    if normalizer is not None:
        t.normalizer = normalizer
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    t.pre_tokenizer = level if pre is None else pre_tokenizers.Sequence([pre, level])
    t.decoder = decoders.ByteLevel()
    return t


def pieces_of(pre_tokenizer):
    """Shows the pieces that a pre-tokenizer makes, by their offsets."""
    t = Tokenizer(models.WordLevel(vocab={"[UNK]": 0, "a": 1, " ": 2}, unk_token="[UNK]"))
    t.pre_tokenizer = pre_tokenizer
    return t


def trained_bpe(pattern, **level):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.post_processor = processors.ByteLevel(trim_offsets=level.get("trim_offsets", True))
    t.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=1200, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                  special_tokens=["<|begin_of_text|>", "<|end_of_text|>"], show_progress=False)
    t.train_from_iterator([SAMPLE] * 3, trainer)
    return t


def llama2():
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    trainer = trainers.BpeTrainer(vocab_size=900, limit_alphabet=80, show_progress=False, special_tokens=[
        "<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)])
    t.train_from_iterator([SAMPLE[:150]] * 3, trainer)
    document = json.loads(t.to_str())
    document["added_tokens"] = document["added_tokens"][:3]  # bytes are ordinary tokens
    t = Tokenizer.from_str(json.dumps(document))
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                   decoders.Strip(content=" ", left=1)])
    t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B:1", special_tokens=[("<s>", 1)])
    return t


def unigram(byte_fallback, scheme="always"):
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme)
    trainer = trainers.UnigramTrainer(vocab_size=250, special_tokens=["<unk>", "<s>", "</s>"], unk_token="<unk>",
                                      show_progress=False)
    t.train_from_iterator([SAMPLE[:400]] * 3 + SAMPLE.split(), trainer)
    document = json.loads(t.to_str())
    if byte_fallback:
        document["model"]["vocab"] += [[f"<0x{b:02X}>", -20.0] for b in range(256)]
        document["model"]["byte_fallback"] = True
    t = Tokenizer.from_str(json.dumps(document))
    t.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace(prepend_scheme=scheme)])
    return t


def wordpiece(**normalizer):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(**normalizer)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=600, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"],
                                        show_progress=False)
    t.train_from_iterator([SAMPLE], trainer)
    t.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return t


def clip():
    t = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "),
                                         normalizers.Lowercase()])
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(True)])
    t.decoder = decoders.BPEDecoder()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<unk>"], end_of_word_suffix="</w>",
                                  show_progress=False)
    t.train_from_iterator([SAMPLE] * 2, trainer)
    return t


def prefixed_bpe():
    t = Tokenizer(models.BPE(unk_token="[UNK]", continuing_subword_prefix="##", fuse_unk=False))
    t.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Strip()])
    t.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    t.decoder = decoders.WordPiece(cleanup=False)
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=["[UNK]"], continuing_subword_prefix="##",
                                  limit_alphabet=60, show_progress=False)
    t.train_from_iterator([SAMPLE] * 2, trainer)
    return t


def with_added_tokens():
    t = Tokenizer.from_file(str(DATA / "gpt2/tokenizer.json"))
    t.add_tokens([AddedToken("hello", single_word=True), AddedToken(" X ", lstrip=True, rstrip=True),
                  AddedToken("ab"), AddedToken("abc"), AddedToken("naïve", normalized=False)])
    t.add_special_tokens(["<|pad|>", AddedToken("<mask>", lstrip=True), AddedToken("[r]", rstrip=True)])
    return t


def added_to_lowercase():
    t = wordpiece(lowercase=True)
    t.add_tokens([AddedToken("Quick Brown", normalized=True), AddedToken("FOX", normalized=False), "É"])
    return t


def roberta():
    t = Tokenizer.from_file(str(DATA / "gpt2/tokenizer.json"))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    t.post_processor = processors.RobertaProcessing(("<|endoftext|>", 50256), ("<|endoftext|>", 50256),
                                                    trim_offsets=True, add_prefix_space=True)
    return t


def gpt_with_normalizer(normalizer):
    t = Tokenizer.from_file(str(DATA / "gpt2/tokenizer.json"))
    t.normalizer = normalizer
    return t


def long_words():
    """Up to 100,000 characters without white space, of one kind and of few."""
    random_of = random.Random(3)
    for size in (511, 512, 513, 3000, 100000):
        yield from ("x" * size, "=" * size, "ab" * (size // 2), "é" * (size // 2))
        for letters in ("abcdefghijklmnopqrstuvwxyz", "eatnoi", "the", "日本語中文字"):
            yield "".join(random_of.choice(letters) for _ in range(size))


def texts_of_lines():
    """Text with many places where it may be cut, adversarial texts at them."""
    random_of = random.Random(5)
    for _ in range(300):
        yield "".join(random_of.choice((SAMPLE, *adversarial_texts()[:60])) + random_of.choice((" ", "\n", ", ", "", "  \n"))
                      for _ in range(30))


def main_cases():
    """Whole tokenizers: compared on everything."""
    return {
        "bert-base-uncased": lambda: Tokenizer.from_file(str(DATA / "bert-base-uncased/tokenizer.json")),
        "gpt2": lambda: Tokenizer.from_file(str(DATA / "gpt2/tokenizer.json")),
        "cl100k pattern": lambda: trained_bpe(CL100K),
        "qwen2 pattern": lambda: trained_bpe(QWEN2, trim_offsets=False),
        "o200k pattern": lambda: trained_bpe(O200K),
        "llama 2": llama2,
        "unigram": lambda: unigram(False),
        "unigram with bytes": lambda: unigram(True, "first"),
        "wordpiece cased": lambda: wordpiece(lowercase=False),
        "wordpiece accents": lambda: wordpiece(lowercase=True, strip_accents=False, clean_text=False),
        "clip": clip,
        "prefixed bpe": prefixed_bpe,
        "added tokens": with_added_tokens,
        "added to lowercase": added_to_lowercase,
        "roberta": roberta,
        "gpt2 nfc": lambda: gpt_with_normalizer(normalizers.NFC()),
    }


def component_cases():
    """One component each, in a tokenizer that shows what it does."""
    n, p = normalizers, pre_tokenizers
    made = {
        "NFC": n.NFC(), "NFD": n.NFD(), "NFKC": n.NFKC(), "NFKD": n.NFKD(), "Lowercase": n.Lowercase(),
        "StripAccents": n.StripAccents(), "NFD StripAccents": n.Sequence([n.NFD(), n.StripAccents()]),
        "Strip": n.Strip(), "Strip left": n.Strip(left=True, right=False), "Strip right": n.Strip(left=False, right=True),
        "Nmt": n.Nmt(), "Prepend": n.Prepend("<< "), "Replace": n.Replace("a", "xyz"), "Replace e": n.Replace("e", ""),
        "Replace regex": n.Replace(Regex(r"\s{2,}|\p{Lu}"), "–"),
        "ByteLevel normalizer": n.ByteLevel(),
        "Bert": n.BertNormalizer(), "Bert cased": n.BertNormalizer(lowercase=False),
        "Bert accents": n.BertNormalizer(strip_accents=False),
        "many": n.Sequence([n.NFKD(), n.StripAccents(), n.Lowercase(), n.Replace("ss", "ß"), n.NFC(), n.Strip()]),
    }
    cases = {f"normalizer {name}": (lambda x=x: bytes_after(x)) for name, x in made.items()}
    splits = {
        "BertPreTokenizer": p.BertPreTokenizer(), "Whitespace": p.Whitespace(), "WhitespaceSplit": p.WhitespaceSplit(),
        "Digits": p.Digits(), "Digits apart": p.Digits(True), "UnicodeScripts": p.UnicodeScripts(),
        "FixedLength": p.FixedLength(3), "Delimiter": p.CharDelimiterSplit("e"),
        "Metaspace": p.Metaspace(), "Metaspace first": p.Metaspace(prepend_scheme="first"),
        "Metaspace never": p.Metaspace(prepend_scheme="never", split=False),
        "ByteLevel": p.ByteLevel(add_prefix_space=True), "ByteLevel whole": p.ByteLevel(use_regex=False),
        "words": p.Split(Regex(r"\w+"), "removed", invert=True), "words kept": p.Split(Regex(r"\w+"), "isolated"),
        "digits": p.Split(Regex(r"\d{1,2}"), "merged_with_next"), "spaces": p.Split(" ", "merged_with_previous"),
        "any": p.Split(Regex(r"[\s\S]"), "isolated"), "empty": p.Split("", "isolated"),
        "lookbehind": p.Split(Regex(r"(?<=\p{Ll})(?=\p{Lu})|\s*$"), "isolated"),
        "lines": p.Split(Regex(r"^.*$"), "isolated"), "dots": p.Split(Regex(r"(?m:.+?b)"), "isolated"),
        "case": p.Split(Regex(r"(?i)[a-z]+|ß|σ"), "contiguous"), "hex": p.Split(Regex(r"\h+|\H"), "isolated"),
        "Sequence": p.Sequence([p.Whitespace(), p.Digits(True), p.Punctuation("merged_with_next")]),
        "FixedLength of words": p.Sequence([p.WhitespaceSplit(), p.FixedLength(3)]),
        "UnicodeScripts words": p.Sequence([p.UnicodeScripts(), p.WhitespaceSplit()]),
        "words by their borders": p.Split(Regex(r"\b\w+\b"), "isolated"), "no borders": p.Split(Regex(r"\B\w"), "isolated"),
        "digits from the right": p.Sequence([p.Split(Regex(r"\d{1,3}(?=(\d{3})*\b)"), "isolated"), p.WhitespaceSplit()]),
    }
    for behavior in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"):
        splits[f"Punctuation {behavior}"] = p.Punctuation(behavior)
        splits[f"Split {behavior}"] = p.Split(Regex(r"[aeiou]|\s"), behavior)
    for category in ("Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co Cn L M N P S Z "
                     "C").split():
        splits[f"category {category}"] = p.Split(Regex(rf"\p{{{category}}}+"), "isolated")
    cases.update({f"pre-tokenizer {name}": (lambda x=x: pieces_of(x)) for name, x in splits.items()})
    return cases


def charsmap(mapping):
    """A compiled table as SentencePiece writes it: the size of a double array of darts-clone, the array, the results."""
    results, trie = b"", {}
    for key, value in mapping.items():
        node = trie
        for byte in key.encode():
            node = node.setdefault(byte, {})
        node[None] = len(results)
        results += value.encode() + b"\0"
    units, used = [0] * 4096, {0}

    def place(node, position):
        labels = [label or 0 for label in node]
        offset = next(o for o in range(1, len(units) // 2) if all(position ^ o ^ label not in used for label in labels))
        used.update(position ^ offset ^ label for label in labels)
        units[position] |= offset << 10 | (256 if None in node else 0)
        for label, child in node.items():
            if label is None:
                units[position ^ offset] = 1 << 31 | child
            else:
                units[position ^ offset ^ label] |= label
                place(child, position ^ offset ^ label)

    place(trie, 0)
    array = struct.pack(f"<{len(units)}I", *units)
    return struct.pack("<I", len(array)) + array + results


def precompiled():
    return bytes_after(normalizers.Precompiled(charsmap({
        "ﬁ": "fi", "①": "1", "e\u0301": "é", "A": "a", "ab": "X", "abc": "Y", "\u3000": " ", "㌔": "キロ", "\u200b": "",
        "ｶ": "カ", "ｶﾞ": "ガ", "👩": "w", "각": "gag", "\r\n": "\n"})))


PRECOMPILED_TEXTS = ["ﬁn ①②", "e\u0301x A", "abcab abcabd", "\u3000x\u200by", "㌔㌔", "ｶﾞｶ", "👩\u200d👩 👩", "각x 각", "\r\nA\r\n",
                     "aa\u0301 e\u0301\u0323", "e\u0301\u0301", "ﬁ\u0301", "🇩🇪🇩 A", "ab\u200dc", "नमस्ते A", "\u0600A", "กำA"]

DECODER_TOKENS = ["a", "b", "ab", "u", " ", "  x", "▁x", "▁", "x▁y", "##y", "##", "z</w>", "</w>", "</", "w>", "<0xE2>", "<0x82>",
                  "<0xAC>", "<0x41>", "<0xFF>", "<0x4", "1>", "Ġw", "Ã", "©", "Ġ", "|", ".", " .", " ,", "n't", " n't", "do not",
                  "é", "\u0301", "日本", "<pad>", " x ", "[CLS]"]


def decoder_cases():
    """Decoders alone and one behind the other, over words that each of them changes."""
    d = decoders
    made = {
        "none": None, "ByteLevel": d.ByteLevel(), "ByteFallback": d.ByteFallback(), "WordPiece": d.WordPiece(),
        "WordPiece plain": d.WordPiece("##", cleanup=False), "Metaspace": d.Metaspace(),
        "Metaspace first": d.Metaspace(prepend_scheme="first"), "Metaspace never": d.Metaspace(prepend_scheme="never"),
        "BPEDecoder": d.BPEDecoder(), "CTC": d.CTC(), "CTC plain": d.CTC(cleanup=False), "Fuse": d.Fuse(),
        "Strip": d.Strip(" ", 1, 1), "Strip many": d.Strip("▁", 0, 2), "Replace": d.Replace("a", "bb"),
        "Replace regex": d.Replace(Regex(r"[ab]+|\s"), "-"),
        "Fuse Replace": d.Sequence([d.Fuse(), d.Replace("ab", "X")]),
        "Fuse Replace regex": d.Sequence([d.Fuse(), d.Replace(Regex(r"\s+"), " ")]),
        "Fuse Strip": d.Sequence([d.Fuse(), d.Strip(" ", 2, 3)]), "Fuse Strip é": d.Sequence([d.Fuse(), d.Strip("é", 1, 1)]),
        "Fuse CTC": d.Sequence([d.Fuse(), d.CTC()]), "Fuse Metaspace": d.Sequence([d.Fuse(), d.Metaspace()]),
        "Fuse BPEDecoder": d.Sequence([d.Fuse(), d.BPEDecoder()]), "Fuse WordPiece": d.Sequence([d.Fuse(), d.WordPiece()]),
        "BPEDecoder Fuse Strip": d.Sequence([d.BPEDecoder(), d.Fuse(), d.Strip(" ", 1, 1)]),
        "CTC Fuse": d.Sequence([d.CTC(), d.Fuse(), d.Replace("|", "/")]),
        "llama": d.Sequence([d.Replace("▁", " "), d.ByteFallback(), d.Fuse(), d.Strip(" ", 1, 0)]),
        "ByteFallback Metaspace": d.Sequence([d.ByteFallback(), d.Metaspace()]), "nothing": d.Sequence([]),
    }

    def make(decoder):
        t = Tokenizer(models.WordLevel({token: i for i, token in enumerate(DECODER_TOKENS)}, unk_token="u"))
        if decoder is not None:
            t.decoder = decoder
        t.add_special_tokens(["[CLS]"])
        return t

    return {name: (lambda x=x: make(x)) for name, x in made.items()}


def id_sequences(count, seed):
    rng = random.Random(seed)
    ids = range(len(DECODER_TOKENS))
    for _ in range(count):
        some = rng.sample(ids, rng.randint(2, 6))
        yield [rng.choice(some if rng.random() < 0.8 else ids) for _ in range(rng.randint(0, 24))]


def around_cases():
    """What goes around a text, and what makes it shorter or longer."""
    p = processors

    def template(single, tokens, **options):
        return p.TemplateProcessing(single=single, pair="$A $B", special_tokens=tokens, **options)

    cls_sep = [("[CLS]", 2), ("[SEP]", 3)]
    made = {f"roberta {trim} {prefix}": p.RobertaProcessing(("[SEP]", 3), ("[CLS]", 2), trim_offsets=trim, add_prefix_space=prefix)
            for trim in (False, True) for prefix in (False, True)}
    made |= {
        "bert": p.BertProcessing(("[SEP]", 3), ("[CLS]", 2)), "template": template("[CLS] $A:0 [SEP]:1", cls_sep),
        "template of one side": template("$A [SEP]", cls_sep), "template without text": template("[CLS]", cls_sep),
        "text twice": template("[CLS] $A [SEP] $A", cls_sep),
        "several ids": template("[X] $A", [{"id": "[X]", "ids": [2, 0, 3], "tokens": ["[CLS]", "[PAD]", "[SEP]"]}]),
        "trimmed": p.Sequence([p.ByteLevel(trim_offsets=True), template("[CLS] $A [SEP]", cls_sep)]),
        "not trimmed": p.ByteLevel(trim_offsets=False), "no steps": p.Sequence([]),
    }
    lengths = {
        "right": lambda t: t.enable_truncation(7), "left": lambda t: t.enable_truncation(7, direction="left"),
        "stride": lambda t: t.enable_truncation(9, stride=2), "none left": lambda t: t.enable_truncation(2),
        "only first": lambda t: t.enable_truncation(6, strategy="only_first"),
        "fixed": lambda t: t.enable_padding(length=12, pad_id=0), "fixed left": lambda t: t.enable_padding(length=12, direction="left"),
        "multiple": lambda t: t.enable_padding(pad_to_multiple_of=8, pad_id=1),
        "fixed multiple": lambda t: t.enable_padding(length=10, pad_to_multiple_of=4),
        "both": lambda t: (t.enable_truncation(6, direction="left"), t.enable_padding(length=9, direction="left")),
    }

    def make(processor, change=None):
        t = Tokenizer(models.BPE())
        t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        trainer = trainers.BpeTrainer(vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                      special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"], show_progress=False)
        t.train_from_iterator([SAMPLE], trainer)
        t.decoder = decoders.ByteLevel()
        t.post_processor = processor
        if change:
            change(t)
        return t

    cases = {name: (lambda x=x: make(x)) for name, x in made.items()}
    cases |= {f"length {name}": (lambda x=x: make(made["bert"], x)) for name, x in lengths.items()}
    cases["length left, trimmed"] = lambda: make(made["roberta True True"], lengths["left"])
    return cases


def adversarial_texts():
    texts = ["", " ", "  ", "\n", "\r\n\r\n", "\0", "a\0b", "x" * 100, "x" * 101, "é" * 100, "é" * 101, "e\u0301" * 60,
             "a" * 5000, " " * 300, "\u0301\u0301abc", "[CLS] [MASK] [SEP][UNK]", "<|endoftext|>", "a<|endoftext|>b <|endoftext|> ",
             "<s>x</s><unk>", "hello helloX Xhello hello.", "aabcabab abc", " X  X X", "naïve NAÏVE", "don't DON'T 'S 'ſ 'LL 'Re",
             "\u200d\u200b\ufeff", "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪", "각각", "각 각", "ﬁ ﬂ Å Ω ℡ ①", "İıſẞßŉ", "\ue000\uf8ff\U000f0000",
             "中文字符，混合English和123。", "ฉันรักภาษาไทย", "नमस्ते दुनिया", "שָׁלוֹם", "اَلْعَرَبِيَّةُ", "\t\x0b\x0c\x1c\x85\xa0\u1680\u2028\u2029\u202f\u3000x",
             "\ufffd", "a\ufffdb", "1234567890 12 3", "٣٤٥ ४५६", "x²³¼", "  leading", "trailing  ", "a  b   c    d", "\n\n\na\n \n b\r\n\r c",
             "q\u0307\u0323 q\u0323\u0307", "\u1112\u1161\u11ab", "▁a▁ b▁", "<0x41><0xE2>", "Quick Brown fox FOX quick brown É é", SAMPLE]
    marks = "\u0300\u0301\u0323\u0334\u0345\u05b0\u0651\u3099\u0f71\u0f72"
    texts += ["a" + x + y + z for x in marks for y in marks for z in "\u0300\u0334b"]
    return texts


def random_texts(count, seed):
    """Short strings of characters that meet special cases, and of any characters."""
    rng = random.Random(seed)
    pools = [
        [chr(c) for c in range(0x20, 0x7F)], list("aeiouxyz AEIOU  "), list(" \t\n\r\x0b\x0c\xa0\u2003\u3000\u200b\x85"),
        list("'sStTrRvVmMlLdDeE ſ’"), list(".,!?;:-_()[]{}<>|/\\@#$%^&*+=~`\"'¡¿«»…—"), list("0123456789٣४²½Ⅷ"),
        list("àéîõüçñßÅøœŁžđİıſ"), list("\u0300\u0301\u0302\u0308\u0323\u0334\u0345\u20dd\ufe0f\u200d\u3099"),
        list("中文字日本語東京漢"), list("あいうカキクーゃュ"), list("한국어각ᄀ\u1161\u11a8"), list("АбвГдЁёйЙ"), list("αβγΣσςΆΩ"),
        list("ابتثج\u064e\u0651"), list("אבג\u05b0\u05b8"), list("हिन्दी\u093c"), list("👍🏽👩🇩🇪🏳️"), list("\0\x01\x1b\x7f\xad\u061c\ufeff\ufffd\ue000"),
        ["<|endoftext|>", "[SEP]", "[MASK]", "<s>", "hello", "abc", " X ", "<unk>", "▁", "<0x0A>", "##", "<mask>"],
    ]
    for _ in range(count):
        some = rng.sample(pools, rng.randint(1, 4))
        out = []
        for _ in range(rng.randint(0, 24)):
            out.append(rng.choice(rng.choice(some)) if rng.random() < 0.97 else chr(rng.choice(SCALARS)))
        yield "".join(out)


def scalar_texts(per_text=48):
    """Every scalar value between letters, several to a text."""
    for i in range(0, len(SCALARS), per_text):
        yield "".join(f"a{chr(c)}b " for c in SCALARS[i:i + per_text])


def lone_scalars():
    return map(chr, SCALARS)
