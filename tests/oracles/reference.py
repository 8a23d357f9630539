"""NumPy twins of the papers' equations, written from the papers, one sentence at a time, with loops.

They share nothing with the library but the parameter values, so that a slip in one shows against
the other. Everything is float64.
"""

import numpy as np
from torch import nn


def array(tensor):
    """Return a torch parameter as float64 NumPy."""
    return tensor.detach().double().numpy()


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def softmax(scores):
    e = np.exp(scores - np.max(scores))
    return e / e.sum()


def lstm(rnn: nn.LSTM, inputs, h, c):
    """Run a deep LSTM over inputs (S, E); Hochreiter & Schmidhuber's cell with forget gates.

    i, f, o gate; g is the candidate: c_t = f ⊙ c_{t-1} + i ⊙ g, h_t = o ⊙ tanh(c_t). ``h`` and
    ``c`` are (layers, H). Returns the top layer's h_t (S, H) and the last (h, c).
    """
    h, c, sequence = h.copy(), c.copy(), [np.asarray(x) for x in inputs]
    for layer in range(rnn.num_layers):
        W, U = array(getattr(rnn, f"weight_ih_l{layer}")), array(getattr(rnn, f"weight_hh_l{layer}"))
        b = array(getattr(rnn, f"bias_ih_l{layer}")) + array(getattr(rnn, f"bias_hh_l{layer}"))
        outputs = []
        for x in sequence:
            i, f, g, o = np.split(W @ x + U @ h[layer] + b, 4)
            c[layer] = sigmoid(f) * c[layer] + sigmoid(i) * np.tanh(g)
            h[layer] = sigmoid(o) * np.tanh(c[layer])
            outputs.append(h[layer].copy())
        sequence = outputs
    return np.stack(sequence), h, c


def fused_gru(W, U, b_W, b_U, inputs, start=None):
    """Run torch's GRU over inputs (S, E) from ``start``, or from zero; returns every h (S, H).

    r ⊙ (U h + b) is where it departs from Cho et al. (2014), who write U (r ⊙ h).
    """
    hidden = U.shape[1]
    W_r, W_z, W_n = np.split(W, 3)
    U_r, U_z, U_n = np.split(U, 3)
    a_r, a_z, a_n = np.split(b_W, 3)
    d_r, d_z, d_n = np.split(b_U, 3)
    h, states = np.zeros(hidden) if start is None else start, []
    for x in inputs:
        r = sigmoid(W_r @ x + a_r + U_r @ h + d_r)
        z = sigmoid(W_z @ x + a_z + U_z @ h + d_z)
        n = np.tanh(W_n @ x + a_n + r * (U_n @ h + d_n))
        h = (1 - z) * n + z * h
        states.append(h)
    return np.stack(states)


def annotations(rnn: nn.GRU, inputs):
    """h_j = [→h_j; ←h_j] for inputs (S, E): Bahdanau et al. (2015), §3.2."""

    def direction(suffix, sequence):
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return fused_gru(*(array(getattr(rnn, f"{name}_l0{suffix}")) for name in names), sequence)

    forward = direction("", inputs)
    backward = direction("_reverse", inputs[::-1])[::-1]
    return np.concatenate([forward, backward], axis=1)


def additive_score(W_a, U_a, v_a, s, h_j):
    """e_ij = v_aᵀ tanh(W_a s_{i-1} + U_a h_j): Bahdanau et al. (2015), §A.1.2."""
    return float(v_a @ np.tanh(W_a @ s + U_a @ h_j))


def attend(attention, s, h):
    """Return α_i (S,) and c_i (M,) for one query s (H,) and annotations h (S, M): eqs. 5 and 6."""
    W_a, U_a, v_a = array(attention.W_a.weight), array(attention.U_a.weight), array(attention.v_a)
    alpha = softmax(np.array([additive_score(W_a, U_a, v_a, s, h_j) for h_j in h]))
    context = np.zeros(h.shape[1])
    for weight, h_j in zip(alpha, h, strict=True):
        context += weight * h_j
    return alpha, context


def context_gru(cell, y, s, c):
    """s_i = (1 - z) ⊙ s_{i-1} + z ⊙ s̃: Bahdanau et al. (2015), §A.1.1; y is E y_{i-1}."""
    W_z, W_r, W = np.split(array(cell.W.weight), 3)
    b_z, b_r, b = np.split(array(cell.W.bias), 3)
    C_z, C_r, C = np.split(array(cell.C.weight), 3)
    U_z, U_r = np.split(array(cell.U_gates.weight), 2)
    U = array(cell.U.weight)
    z = sigmoid(W_z @ y + b_z + U_z @ s + C_z @ c)
    r = sigmoid(W_r @ y + b_r + U_r @ s + C_r @ c)
    candidate = np.tanh(W @ y + b + U @ (r * s) + C @ c)
    return (1 - z) * s + z * candidate


def maxout_readout(readout, s, y, c):
    """Logits: t_k = max(t̃_{2k-1}, t̃_{2k}), then W_o t: Bahdanau et al. (2015), §A.2.2."""
    t = array(readout.U_o.weight) @ s + array(readout.U_o.bias)
    t = t + array(readout.V_o.weight) @ y + array(readout.C_o.weight) @ c
    kept = np.array([max(t[k], t[k + 1]) for k in range(0, len(t), 2)])
    return array(readout.W_o.weight) @ kept + array(readout.W_o.bias)


def bahdanau(model, source_ids, target_in_ids):
    """Run the whole model on one sentence; returns logits (T, V), weights (T, S), states (T, H)."""
    embedded = array(model.encoder.embedding.weight)[source_ids]
    h = annotations(model.encoder.rnn, embedded)
    decoder = model.decoder
    backward_at_first_word = h[0, h.shape[1] // 2 :]
    s = np.tanh(array(decoder.W_s.weight) @ backward_at_first_word + array(decoder.W_s.bias))
    logits, weights, states = [], [], []
    for token in target_in_ids:
        y = array(decoder.embedding.weight)[token]
        alpha, c = attend(decoder.attention, s, h)
        logits.append(maxout_readout(decoder.readout, s, y, c))
        s = context_gru(decoder.cell, y, s, c)
        weights.append(alpha)
        states.append(s)
    return np.stack(logits), np.stack(weights), np.stack(states)


def convolve(layer: nn.Conv2d, planes):
    """Convolve planes (C, Y, X) and rectify: (D, Y', X'), with loops over the places."""
    W, b = array(layer.weight), array(layer.bias)
    D, _, K, _ = W.shape
    (stride, _), (pad, _) = layer.stride, layer.padding
    wide = np.pad(planes, ((0, 0), (pad, pad), (pad, pad)))
    Y, X = ((size - K) // stride + 1 for size in wide.shape[1:])
    out = np.zeros((D, Y, X))
    for y in range(Y):
        for x in range(X):
            patch = wide[:, y * stride : y * stride + K, x * stride : x * stride + K]
            for d in range(D):
                out[d, y, x] = np.sum(W[d] * patch) + b[d]
    return np.maximum(out, 0.0)


def grid(encoder, image):
    """The annotations (L, D) of a picture (3, Y, X), place after place, with x and y as planes beside it."""
    _, Y, X = image.shape
    planes = np.zeros((5, Y, X))
    planes[:3] = image
    for y in range(Y):
        for x in range(X):
            planes[3, y, x], planes[4, y, x] = 2 * y / (Y - 1) - 1, 2 * x / (X - 1) - 1
    for layer in encoder.cnn:
        if isinstance(layer, nn.Conv2d):
            planes = convolve(layer, planes)
    return np.array([planes[:, y, x] for y in range(planes.shape[1]) for x in range(planes.shape[2])])


def xu(decoder, a, mean, target_in_ids):
    """Run the decoder of Xu et al. (2015) over annotations a (L, D); returns logits (T, V), weights (T, L).

    Hard attention takes the annotation of the largest weight, no attention the mean annotation.
    """
    attention, cell = decoder.attention, decoder.cell
    hard = type(attention).__name__ == "HardAttention"
    E, L_h, L_z, L_o = (array(layer.weight) for layer in (decoder.embedding, decoder.L_h, decoder.L_z, decoder.L_o))
    W, U, b = array(cell.weight_ih), array(cell.weight_hh), array(cell.bias_ih) + array(cell.bias_hh)
    h = np.tanh(array(decoder.f_init_h.weight) @ mean + array(decoder.f_init_h.bias))
    c = np.tanh(array(decoder.f_init_c.weight) @ mean + array(decoder.f_init_c.bias))
    logits, weights = [], []
    for token in target_in_ids:
        z = mean
        if attention is not None:
            alpha, z = attend(attention.align if hard else attention, h, a)
            weights.append(alpha)
            if hard:
                z = a[np.argmax(alpha)]
        if decoder.f_beta is not None:
            z = sigmoid(array(decoder.f_beta.weight) @ h + array(decoder.f_beta.bias)) * z
        i, f, g, o = np.split(W @ np.concatenate([E[token], z]) + U @ h + b, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        logits.append(L_o @ (E[token] + L_h @ h + L_z @ z) + array(decoder.L_o.bias))
    return np.stack(logits), np.array(weights)


def sutskever(model, source_ids, target_in_ids):
    """Run the fixed-vector model on one sentence; returns logits (T, V). EOS stays last in reverse."""
    if model.encoder.reverse_source:
        source_ids = [*source_ids[-2::-1], source_ids[-1]]
    rnn = model.encoder.rnn
    zero = np.zeros((rnn.num_layers, rnn.hidden_size))
    _, h, c = lstm(rnn, array(model.encoder.embedding.weight)[source_ids], zero, zero)
    states, _, _ = lstm(model.decoder.rnn, array(model.decoder.embedding.weight)[target_in_ids], h, c)
    return states @ array(model.decoder.output.weight).T + array(model.decoder.output.bias)


def cho(model, source_ids, target_in_ids, routes=("state", "steps", "readout")):
    """Run the RNN Encoder-Decoder of Cho et al. (2014) on one sentence; returns logits (T, V).

    c = tanh(V h_S); s_0 = tanh(V' c); c enters every gate and the readout, which reads s_i. A place that is not among
    ``routes`` is written without c: s_0 is zero, and the products with c are missing from the sums.
    """
    if model.encoder.direction == "reversed":
        source_ids = [*source_ids[-2::-1], source_ids[-1]]
    gru, decoder = model.encoder.rnn, model.decoder
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    h = fused_gru(*(array(getattr(gru, name)) for name in names), array(model.encoder.embedding.weight)[source_ids])
    c = np.tanh(array(decoder.V.weight) @ h[-1] + array(decoder.V.bias))
    s = np.zeros(h.shape[1])
    if "state" in routes:
        s = np.tanh(array(decoder.V_prime.weight) @ c + array(decoder.V_prime.bias))
    embedded = array(decoder.embedding.weight)[target_in_ids]
    W, U, b_W, b_U = (array(getattr(decoder.rnn, name)) for name in names)
    if "steps" in routes:
        states = fused_gru(W, U, b_W, b_U, [np.concatenate([y, c]) for y in embedded], s)
    else:
        states = fused_gru(W[:, : embedded.shape[1]], U, b_W, b_U, embedded, s)
    told = c if "readout" in routes else np.zeros(len(c))
    return np.stack([maxout_readout(decoder.readout, s_i, y, told) for s_i, y in zip(states, embedded, strict=True)])


def luong_score(attention, h_t, h_bar, s, covered=0.0):
    """score(h_t, h̄_s) of Luong et al. (2015), §3.1; for location, entry s of W_a h_t (eq. 8).

    ``covered`` is the one number that See et al. (2017), eq. 11, put into the tanh for position s.
    """
    name = type(attention).__name__
    if name == "DotAttention":
        return h_t @ h_bar[s]
    if name == "GeneralAttention":
        return h_t @ array(attention.W_a.weight) @ h_bar[s]
    if name == "LocationAttention":
        return (array(attention.W_a.weight) @ h_t)[s]
    U = np.eye(len(h_bar[s])) if type(attention.U_a).__name__ == "Identity" else array(attention.U_a.weight)
    W = np.concatenate([array(attention.W_a.weight), U], axis=1)
    inside = W @ np.concatenate([h_t, h_bar[s]])
    if attention.w_c is not None:
        inside = inside + array(attention.w_c) * covered
    return array(attention.v_a) @ np.tanh(inside)


def luong_look(attention, h_t, h_bar, t, covered=None):
    """Return the weights a_t (S,) of global or local attention: Luong et al. (2015), §3.1 and §3.2."""
    S = len(h_bar)
    if type(attention).__name__ != "LocalAttention":
        told = np.zeros(S) if covered is None else covered
        return softmax(np.array([luong_score(attention, h_t, h_bar, s, told[s]) for s in range(S)]))
    D = attention.window
    p = min(t, S - 1)
    if attention.predictive:
        p = S * sigmoid(array(attention.v_p) @ np.tanh(array(attention.W_p.weight) @ h_t))
    middle = min(round(p), S - 1)
    window = [s for s in range(S) if middle - D <= s <= middle + D]
    weights = np.zeros(S)
    weights[window] = softmax(np.array([luong_score(attention.align, h_t, h_bar, s) for s in window]))
    if attention.gaussian:
        weights *= np.exp(-((np.arange(S) - p) ** 2) / (2 * (D / 2) ** 2))
    return weights / sum(weights) if attention.renormalise else weights


def luong(model, source_ids, target_in_ids):
    """Run a one-direction model of Luong et al. (2015); returns logits (T, V), weights (T, S).

    With the switches of the course: who asks, what the query reads, where the decoder starts, what is fed, and
    what the score is told of the looks so far.
    """
    encoder, decoder = model.encoder, model.decoder
    order = [*range(len(source_ids))]
    if encoder.direction == "reversed":
        order = [*order[-2::-1], order[-1]]
    zero = np.zeros((encoder.rnn.num_layers, encoder.rnn.hidden_size))
    read, h, c = lstm(encoder.rnn, array(encoder.embedding.weight)[np.array(source_ids)[order]], zero, zero)
    h_bar = read[np.argsort(order)]
    if decoder.start == "zeros":
        h, c = zero, zero
    fed, logits, weights = h[-1] if decoder.fed == "state" else np.zeros(h.shape[1]), [], []
    for t, token in enumerate(target_in_ids):
        y = array(decoder.embedding.weight)[token]
        before = h[-1]
        _, h, c = lstm(decoder.rnn, [np.concatenate([y, fed]) if decoder.input_feeding else y], h, c)
        query = {"after": h[-1], "before": before}[decoder.query]
        if decoder.W_q is not None:
            query = query + array(decoder.W_q.weight) @ y
        seen = weights[-1:] if decoder.coverage_of == "last" else weights
        covered = np.array([sum(look[s] for look in seen) for s in range(len(h_bar))])
        weights.append(luong_look(decoder.attention, query, h_bar, t, covered))
        context = sum(weight * vector for weight, vector in zip(weights[-1], h_bar, strict=True))
        attentional = np.tanh(array(decoder.W_c.weight) @ np.concatenate([context, h[-1]]))
        fed = h[-1] if decoder.fed == "state" else attentional
        logits.append(array(decoder.W_s.weight) @ attentional + array(decoder.W_s.bias))
    return np.stack(logits), np.stack(weights)
