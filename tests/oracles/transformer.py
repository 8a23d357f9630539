"""A NumPy twin of Vaswani et al. (2017), §3, and torch's own Transformer with a model's weights.

The twin has one sentence, loops over heads and positions, and no mask: what may not be seen is not among what is
summed. It shares the parameter values with the library, and nothing else.
"""

import math

import numpy as np
import torch
from torch import nn

from tests.oracles.reference import array, softmax


def sinusoid(position, size):
    """PE of one position, entry after entry: §3.5."""
    entries = []
    for k in range(size):
        angle = position / 10000 ** (2 * (k // 2) / size)
        entries.append(math.sin(angle) if k % 2 == 0 else math.cos(angle))
    return np.array(entries)


def read(embedding, ids, positions):
    """√d_model times the word vectors, plus positions from 0 on where they are wanted: §3.4 and §3.5."""
    table = array(embedding.weight)
    size = table.shape[1]
    where = [sinusoid(p, size) if positions else np.zeros(size) for p in range(len(ids))]
    return np.stack([math.sqrt(size) * table[word] + place for word, place in zip(ids, where, strict=True)])


def multi_head(attention, asking, asked, seen, scaled):
    """Return vectors (T, M) and weights (heads, T, S): §3.2.2; position i sees those of ``asked`` in ``seen(i)``."""
    W_q, W_k, W_v, W_o = (array(getattr(attention, f"W_{name}").weight) for name in "qkvo")
    A = W_q.shape[0] // attention.heads
    root = math.sqrt(A) if scaled else 1
    heads, weights = [], np.zeros((attention.heads, len(asking), len(asked)))
    for n in range(attention.heads):
        rows = slice(n * A, (n + 1) * A)
        brought = []
        for i, x in enumerate(asking):
            scores = [(W_q[rows] @ x) @ (W_k[rows] @ asked[j]) / root for j in seen(i)]
            weights[n, i, list(seen(i))] = softmax(np.array(scores))
            brought.append(sum(weights[n, i, j] * (W_v[rows] @ asked[j]) for j in seen(i)))
        heads.append(np.stack(brought))
    return np.concatenate(heads, axis=1) @ W_o.T, weights


def add_and_norm(part, x, correction):
    """LayerNorm(x + Sublayer(x)): §3.1."""
    total = x + correction
    mean, variance = total.mean(-1, keepdims=True), total.var(-1, keepdims=True)
    return (total - mean) / np.sqrt(variance + part.norm.eps) * array(part.norm.weight) + array(part.norm.bias)


def feed_forward(part, x):
    """max(0, x W_1 + b_1) W_2 + b_2: eq. 2."""
    inner = np.maximum(0, x @ array(part.W_1.weight).T + array(part.W_1.bias))
    return inner @ array(part.W_2.weight).T + array(part.W_2.bias)


def vaswani(model, source_ids, target_in_ids):
    """Run the whole model on one sentence.

    Returns logits (T, V) and the weights of each layer, (L, heads, ·, ·): encoder, decoder's own, over the source.
    The options are those that the model was ordered with, not what became of them.
    """
    S, T = len(source_ids), len(target_in_ids)
    scaled, positions = model.built_with["scaled"], model.built_with["positions"]
    h = read(model.encoder.embedding, source_ids, positions in ("both", "source"))
    encoder_looks, own_looks, cross_looks = [], [], []
    for layer in model.encoder.layers:
        seen, weights = multi_head(layer.look, h, h, lambda i: range(S), scaled)
        h = add_and_norm(layer.after_look, h, seen)
        h = add_and_norm(layer.after_feed, h, feed_forward(layer.feed, h))
        encoder_looks.append(weights)
    y = read(model.decoder.embedding, target_in_ids, positions in ("both", "target"))
    for layer in model.decoder.layers:
        seen, weights = multi_head(layer.own, y, y, lambda i: range(i + 1), scaled)
        y = add_and_norm(layer.after_own, y, seen)
        own_looks.append(weights)
        seen, weights = multi_head(layer.cross, y, h, lambda i: range(S), scaled)
        y = add_and_norm(layer.after_cross, y, seen)
        cross_looks.append(weights)
        y = add_and_norm(layer.after_feed, y, feed_forward(layer.feed, y))
    assert y.shape[0] == T
    logits = y @ array(model.decoder.output.weight).T + array(model.decoder.output.bias)
    return logits, np.stack(encoder_looks), np.stack(own_looks), np.stack(cross_looks)


def torchs_encoder_layer(ours):
    """Return torch's layer with the weights of ours."""
    size, inner = ours.feed.W_1.in_features, ours.feed.W_1.out_features
    theirs = nn.TransformerEncoderLayer(size, ours.look.heads, inner, dropout=0.0, batch_first=True).double().eval()
    _attention(theirs.self_attn, ours.look)
    _feed(theirs, ours.feed)
    for name, part in (("norm1", ours.after_look), ("norm2", ours.after_feed)):
        getattr(theirs, name).load_state_dict(part.norm.state_dict())
    return theirs


def torchs_decoder_layer(ours):
    """Return torch's layer with the weights of ours."""
    size, inner = ours.feed.W_1.in_features, ours.feed.W_1.out_features
    theirs = nn.TransformerDecoderLayer(size, ours.own.heads, inner, dropout=0.0, batch_first=True).double().eval()
    _attention(theirs.self_attn, ours.own)
    _attention(theirs.multihead_attn, ours.cross)
    _feed(theirs, ours.feed)
    for name, part in (("norm1", ours.after_own), ("norm2", ours.after_cross), ("norm3", ours.after_feed)):
        getattr(theirs, name).load_state_dict(part.norm.state_dict())
    return theirs


def torchs_transformer(model):
    """Return ``nn.Transformer`` with the layers of a model; the norm that torch adds behind each stack is left out."""
    layers = len(model.encoder.layers), len(model.decoder.layers)
    whole = nn.Transformer(model.encoder.embedding.embedding_dim, 2, *layers, dim_feedforward=2, batch_first=True)
    # put in afterwards: torch draws all parameters anew when it builds the whole
    whole.encoder.layers = nn.ModuleList(map(torchs_encoder_layer, model.encoder.layers))
    whole.decoder.layers = nn.ModuleList(map(torchs_decoder_layer, model.decoder.layers))
    whole.encoder.norm = whole.decoder.norm = None
    return whole.double().eval()


@torch.no_grad()
def _attention(theirs, ours):
    theirs.in_proj_weight.copy_(torch.cat([ours.W_q.weight, ours.W_k.weight, ours.W_v.weight]))
    theirs.out_proj.weight.copy_(ours.W_o.weight)
    theirs.in_proj_bias.zero_()  # the paper has none
    theirs.out_proj.bias.zero_()


def _feed(theirs, ours):
    theirs.linear1.load_state_dict(ours.W_1.state_dict())
    theirs.linear2.load_state_dict(ours.W_2.state_dict())
