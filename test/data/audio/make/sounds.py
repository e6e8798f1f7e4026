"""Sounds and their log-mel pictures by Hugging Face's WhisperFeatureExtractor.

    python sounds.py OUT.safetensors        (torch, transformers, safetensors)
"""
import math
import sys

import torch
from safetensors.torch import save_file
from transformers import WhisperFeatureExtractor


def sound(rate, seconds, seed):
    """Two gliding tones and a little noise, float32 in [-1, 1]."""
    g = torch.Generator().manual_seed(seed)
    t = torch.arange(int(rate * seconds)) / rate
    tone = 0.5 * torch.sin(2 * math.pi * (200 + 300 * t) * t) + 0.3 * torch.sin(2 * math.pi * (1500 - 400 * t) * t)
    return (tone * (0.4 + 0.6 * torch.sin(math.pi * t / seconds)) + 0.02 * torch.randn(t.shape, generator=g)).float()


CASES = {
    "short": (0.8, 11, dict(feature_size=10, sampling_rate=4800, hop_length=160, chunk_length=1, n_fft=400)),
    "cut": (1.3, 12, dict(feature_size=80, sampling_rate=16000, hop_length=160, chunk_length=1, n_fft=400)),
    "odd": (0.5, 13, dict(feature_size=7, sampling_rate=8000, hop_length=90, chunk_length=1, n_fft=210)),
}

tensors = {}
for name, (seconds, seed, settings) in CASES.items():
    wave = sound(settings["sampling_rate"], seconds, seed)
    extractor = WhisperFeatureExtractor(**settings)
    tensors[f"{name}/samples"] = wave
    tensors[f"{name}/features"] = extractor(wave.numpy(), sampling_rate=settings["sampling_rate"], return_tensors="pt")["input_features"].contiguous()
    tensors[f"{name}/filters"] = torch.tensor(extractor.mel_filters.T).float().contiguous()
save_file(tensors, sys.argv[1])
