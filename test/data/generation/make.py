"""Goldens of how a next token is chosen: Hugging Face's logits processors on made logits, and its beam search on a built-in model.

    python make.py MODELS          MODELS: the folder of the built-in models; needs torch and transformers
"""
import json, sys
from pathlib import Path
import torch, transformers
from transformers import AutoModelForSeq2SeqLM, AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast
from transformers.generation.logits_process import (RepetitionPenaltyLogitsProcessor, TemperatureLogitsWarper, TopKLogitsWarper,
                                                    TopPLogitsWarper)

torch.manual_seed(11)
models = Path(sys.argv[1])
cases = []
for n, (temperature, k, p, penalty) in enumerate([(1, 0, 1, 1), (0.7, 0, 1, 1), (1.6, 5, 1, 1), (1, 0, 0.8, 1), (1, 0, 0.35, 1), (1, 0, 1, 1.3),
                                                  (0.8, 12, 0.9, 1.2), (2.5, 3, 0.5, 1.9), (1, 50, 0.95, 1.1)]):
    logits = torch.round(torch.randn(1, 24) * 300) / 100
    said = torch.randint(0, 24, (1, 6))
    scores = logits.clone()
    steps = []
    if penalty != 1: steps.append(RepetitionPenaltyLogitsProcessor(penalty=penalty))
    if temperature != 1: steps.append(TemperatureLogitsWarper(float(temperature)))
    if k: steps.append(TopKLogitsWarper(top_k=k))
    if p < 1: steps.append(TopPLogitsWarper(top_p=p))
    for step in steps: scores = step(said, scores)
    probabilities = torch.softmax(scores.double(), -1)[0]
    cases.append({"temperature": temperature, "topK": k, "topP": p, "repetitionPenalty": penalty, "logits": logits[0].tolist(),
                  "said": said[0].tolist(), "probabilities": [round(x, 9) for x in probabilities.tolist()]})

beams = []
folder = models / "headlight-translator"
model = AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
for text in ["I am a student.", "The small dog sees the red house.", "We are in the garden."]:
    ids = tokenizer(text)["input_ids"]
    for width in (2, 4, 8):
        with torch.no_grad():
            out = model.generate(torch.tensor([ids]), num_beams=width, num_return_sequences=width, do_sample=False, max_new_tokens=24,
                                 length_penalty=1.0, early_stopping=False, output_scores=True, return_dict_in_generate=True)
        beams.append({"ids": ids, "width": width, "sequences": [[t for t in s if t != model.config.pad_token_id] for s in out.sequences[:, 1:].tolist()],
                      "scores": [round(x, 6) for x in out.sequences_scores.tolist()]})
causal = models / "headlight-gpt"
model = AutoModelForCausalLM.from_pretrained(causal).eval()
tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(causal / "tokenizer.json"))
penalised = []
for text in ["The keys to the cabinet", "def f(a, b):"]:
    ids = tokenizer(text)["input_ids"]
    with torch.no_grad():
        out = model.generate(torch.tensor([ids]), do_sample=False, max_new_tokens=16, repetition_penalty=1.4)
    penalised.append({"ids": ids, "penalty": 1.4, "said": out[0, len(ids):].tolist()})
Path(__file__).with_name("choices.json").write_text(json.dumps({"versions": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__},
                                                               "processors": cases, "beams": beams, "penalised": penalised}))
