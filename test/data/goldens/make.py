"""Golden attention of the built-in models: Hugging Face transformers, eager attention, on lines of the sample files.

    python make.py        (torch, transformers, safetensors; half a minute)

Writes headlight-gpt.safetensors and headlight-bert.safetensors beside this file: for every text n `n/ids` [T] int64 and
`n/attention/<layer>` [H, T, T] float32; headlight-vit.safetensors with the same for pictures, without ids, with the processor's
`n/pixels` [3, height, width]; and goldens.json with texts, pictures, their classes and the versions.
"""
import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from PIL import Image
from transformers import AutoImageProcessor, AutoModelForCausalLM, AutoModelForImageClassification, AutoModelForMaskedLM, AutoTokenizer

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
LINES = (ROOT / "media/samples/sentences.txt").read_text().splitlines()
CODE = (ROOT / "media/samples/code.py").read_text()

TEXTS = {
    "headlight-gpt": [LINES[0], LINES[1], LINES[7], CODE],
    "headlight-bert": [LINES[1], LINES[2], LINES[4]],
}
CLASSES = {"headlight-gpt": AutoModelForCausalLM, "headlight-bert": AutoModelForMaskedLM}

PICTURES = ["star.png"]

told = {"torch": torch.__version__, "transformers": transformers.__version__, "texts": TEXTS}
for name, texts in TEXTS.items():
    folder = ROOT / "media/models" / name
    model = CLASSES[name].from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tensors = {}
    for n, text in enumerate(texts):
        encoded = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            output = model(**encoded, output_attentions=True)
        tensors[f"{n}/ids"] = encoded["input_ids"][0].contiguous()
        for layer, attention in enumerate(output.attentions):
            tensors[f"{n}/attention/{layer}"] = attention[0].contiguous()
        tensors[f"{n}/logits"] = output.logits[0, -1].contiguous()
    save_file(tensors, HERE / f"{name}.safetensors")

folder = ROOT / "media/models/headlight-vit"
model = AutoModelForImageClassification.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
tensors = {}
told["pictures"] = {"headlight-vit": []}
for n, name in enumerate(PICTURES):
    pixels = processor(Image.open(ROOT / "media/samples" / name).convert("RGB"), return_tensors="pt")["pixel_values"]
    with torch.no_grad():
        output = model(pixel_values=pixels, output_attentions=True)
    tensors[f"{n}/pixels"] = pixels[0].contiguous()
    for layer, attention in enumerate(output.attentions):
        tensors[f"{n}/attention/{layer}"] = attention[0].contiguous()
    tensors[f"{n}/logits"] = output.logits[0].contiguous()
    label = model.config.id2label[int(output.logits[0].argmax())]
    told["pictures"]["headlight-vit"].append({"file": name, "class": label, "probability": float(output.logits[0].softmax(-1).max())})
save_file(tensors, HERE / "headlight-vit.safetensors")
(HERE / "goldens.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
