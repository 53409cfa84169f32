"""Answers to lesson 10."""
# ruff: noqa: B905 (a student writes `zip` in its plainest form)

from bank import right, wrong
from course_lib import training as finished
from course_lib.adam import Adam, cosine_decay
from course_lib.attention import KVCache
from course_lib.checkpoint import load_checkpoint, restore_optimizer
from course_lib.gpt import GPT
from course_lib.layers import softmax
from course_lib.tokenizer import training_pairs
from course_lib.value import Value

# --- training_step


@right("training.training_step")
def training_step(model, optimizer, batch, learning_rate):
    optimizer.zero_grad()
    loss = model.batch_loss(batch)
    loss.backward()
    optimizer.step(learning_rate)
    return loss.data


@right("training.training_step")
def training_step(model, optimizer, batch, learning_rate):
    losses = [model.loss(tokens) for tokens in batch]
    total = Value.sum(losses) / len(batch)
    total.backward()
    optimizer.step(learning_rate)
    for p in model.parameters():
        p.grad = 0.0
    return total.data


@wrong("training.training_step", says="never cleared")
def training_step(model, optimizer, batch, learning_rate):
    loss = model.batch_loss(batch)
    loss.backward()
    optimizer.step(learning_rate)
    return loss.data


@wrong("training.training_step", says="`step` had nothing to go by")
def training_step(model, optimizer, batch, learning_rate):
    loss = model.batch_loss(batch)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step(learning_rate)
    return loss.data


@wrong("training.training_step", says="no parameter has moved")
def training_step(model, optimizer, batch, learning_rate):
    loss = model.batch_loss(batch)
    loss.backward()
    return loss.data


@wrong("training.training_step", says="after the parameters moved")
def training_step(model, optimizer, batch, learning_rate):
    loss = model.batch_loss(batch)
    loss.backward()
    optimizer.step(learning_rate)
    optimizer.zero_grad()
    return model.batch_loss(batch).data


@wrong("training.training_step", says="only the first document")
def training_step(model, optimizer, batch, learning_rate):
    loss = model.loss(batch[0])
    loss.backward()
    optimizer.step(learning_rate)
    optimizer.zero_grad()
    return loss.data


@wrong("training.training_step", says="a step for each document")
def training_step(model, optimizer, batch, learning_rate):
    total = 0.0
    for tokens in batch:
        loss = model.loss(tokens)
        loss.backward()
        optimizer.step(learning_rate)
        optimizer.zero_grad()
        total += loss.data
    return total / len(batch)


@wrong("training.training_step", says="has not been used")
def training_step(model, optimizer, batch, learning_rate):
    loss = model.batch_loss(batch)
    loss.backward()
    optimizer.step(0.01)
    optimizer.zero_grad()
    return loss.data


@wrong("training.training_step", says="a step for each document")
def training_step(model, optimizer, batch, learning_rate):
    for tokens in batch:
        loss = model.loss(tokens)
        loss.backward()
        optimizer.step(learning_rate)
        optimizer.zero_grad()
    return loss.data


@wrong("training.training_step", says="gives back a Value")
def training_step(model, optimizer, batch, learning_rate):
    loss = model.batch_loss(batch)
    loss.backward()
    optimizer.step(learning_rate)
    optimizer.zero_grad()
    return loss


@wrong("training.training_step", says="is there a `return`?")
def training_step(model, optimizer, batch, learning_rate):
    loss = model.batch_loss(batch)
    loss.backward()
    optimizer.step(learning_rate)
    optimizer.zero_grad()


@right("training.training_step")
def training_step(model, optimizer, batch, learning_rate):
    total = 0.0
    for tokens in batch:
        part = model.loss(tokens) / len(batch)
        part.backward()
        total += part.data
    optimizer.step(learning_rate)
    optimizer.zero_grad()
    return total


@wrong("training.training_step", says="`step` had nothing to go by")
def training_step(model, optimizer, batch, learning_rate):
    loss = model.batch_loss(batch)
    optimizer.step(learning_rate)
    optimizer.zero_grad()
    return loss.data


@wrong("training.training_step", says="`step` comes before `backward`")
def training_step(model, optimizer, batch, learning_rate):
    loss = model.batch_loss(batch)
    optimizer.step(learning_rate)
    optimizer.zero_grad()
    loss.backward()
    return loss.data


@wrong("training.training_step", says="the loss of a batch is the mean")
def training_step(model, optimizer, batch, learning_rate):
    loss = Value.sum([model.loss(tokens) for tokens in batch])
    loss.backward()
    optimizer.step(learning_rate)
    optimizer.zero_grad()
    return loss.data


@wrong("training.training_step", says="without Adam")
def training_step(model, optimizer, batch, learning_rate):
    loss = model.batch_loss(batch)
    loss.backward()
    for p in model.parameters():
        p.data -= learning_rate * p.grad
        p.grad = 0
    return loss.data


@wrong("training.training_step", says="`model.batch_loss` the whole batch")
def training_step(model, optimizer, batch, learning_rate):
    loss = model.loss(batch)
    loss.backward()
    optimizer.step(learning_rate)
    optimizer.zero_grad()
    return loss.data


# --- train


def step_of(model, optimizer, tokens, rate):
    return finished.training_step(model, optimizer, [tokens], rate)


@right("training.train")
def train(model, optimizer, sequences, num_steps, learning_rate):
    return list(finished.train(model, optimizer, sequences, num_steps, learning_rate))


@right("training.train")
def train(model, optimizer, sequences, num_steps, learning_rate):
    losses, i = [], 0
    while len(losses) < num_steps:
        rate = cosine_decay(len(losses), num_steps, learning_rate)
        losses.append(step_of(model, optimizer, sequences[i], rate))
        i += 1
        if i == len(sequences):
            i = 0
    return losses


@wrong("training.train", says="has not fallen")
def train(model, optimizer, sequences, num_steps, learning_rate):
    return [
        step_of(model, optimizer, sequences[step % len(sequences)], learning_rate)
        for step in range(num_steps)
    ]


@wrong("training.train", says="every step took the first document")
def train(model, optimizer, sequences, num_steps, learning_rate):
    return [
        step_of(model, optimizer, sequences[0], cosine_decay(step, num_steps, learning_rate))
        for step in range(num_steps)
    ]


@wrong("training.train", says="take them in order")
def train(model, optimizer, sequences, num_steps, learning_rate):
    return [
        step_of(
            model,
            optimizer,
            sequences[-1 - step % len(sequences)],
            cosine_decay(step, num_steps, learning_rate),
        )
        for step in range(num_steps)
    ]


@wrong("training.train", says="the first document was left out")
def train(model, optimizer, sequences, num_steps, learning_rate):
    return [
        step_of(
            model,
            optimizer,
            sequences[(step + 1) % len(sequences)],
            cosine_decay(step, num_steps, learning_rate),
        )
        for step in range(num_steps)
    ]


@wrong("training.train", says="one step ahead")
def train(model, optimizer, sequences, num_steps, learning_rate):
    return [
        step_of(
            model,
            optimizer,
            sequences[(step - 1) % len(sequences)],
            cosine_decay(step, num_steps, learning_rate),
        )
        for step in range(1, num_steps + 1)
    ]


@wrong("training.train", says="it runs over all steps")
def train(model, optimizer, sequences, num_steps, learning_rate):
    losses = []
    for step in range(num_steps):
        i = step % len(sequences)
        rate = cosine_decay(i, len(sequences), learning_rate)
        losses.append(step_of(model, optimizer, sequences[i], rate))
    return losses


@wrong("training.train", says="begin again with the first one")
def train(model, optimizer, sequences, num_steps, learning_rate):
    losses = []
    for step, tokens in zip(range(num_steps), sequences):
        rate = cosine_decay(step, num_steps, learning_rate)
        losses.append(step_of(model, optimizer, tokens, rate))
    return losses


@wrong("training.train", says="the last loss only")
def train(model, optimizer, sequences, num_steps, learning_rate):
    for step in range(num_steps):
        rate = cosine_decay(step, num_steps, learning_rate)
        loss = step_of(model, optimizer, sequences[step % len(sequences)], rate)
    return loss


@wrong("training.train", says="put `list(...)` around it")
def train(model, optimizer, sequences, num_steps, learning_rate):
    return finished.train(model, optimizer, sequences, num_steps, learning_rate)


@wrong("training.train", says="the last document is never reached")
def train(model, optimizer, sequences, num_steps, learning_rate):
    return [
        step_of(
            model,
            optimizer,
            sequences[step % (len(sequences) - 1)],
            cosine_decay(step, num_steps, learning_rate),
        )
        for step in range(num_steps)
    ]


@wrong("training.train", says="several times in a row")
def train(model, optimizer, sequences, num_steps, learning_rate):
    return [
        step_of(
            model,
            optimizer,
            sequences[step // len(sequences)],
            cosine_decay(step, num_steps, learning_rate),
        )
        for step in range(num_steps)
    ]


@wrong("training.train", says="one step too soon")
def train(model, optimizer, sequences, num_steps, learning_rate):
    return [
        step_of(
            model,
            optimizer,
            sequences[step % len(sequences)],
            cosine_decay(step, num_steps - 1, learning_rate),
        )
        for step in range(num_steps)
    ]


@wrong("training.train", says="not over the documents")
def train(model, optimizer, sequences, num_steps, learning_rate):
    losses = []
    for step in range(num_steps):
        tokens = sequences[step % len(sequences)]
        rate = cosine_decay(step, len(sequences), learning_rate)
        losses.append(finished.training_step(model, optimizer, [tokens], rate))
    return losses


@wrong("training.train", says="not of steps")
def train(model, optimizer, sequences, num_steps, learning_rate):
    losses = []
    for step in range(num_steps):
        tokens = sequences[step % num_steps]
        rate = cosine_decay(step, num_steps, learning_rate)
        losses.append(finished.training_step(model, optimizer, [tokens], rate))
    return losses


@wrong("training.train", says="counts steps")
def train(model, optimizer, sequences, num_steps, learning_rate):
    total = num_steps * len(sequences)
    return [
        step_of(
            model,
            optimizer,
            sequences[step % len(sequences)],
            cosine_decay(step, total, learning_rate),
        )
        for step in range(total)
    ]


@wrong("training.train", says="past the end of the list")
def train(model, optimizer, sequences, num_steps, learning_rate):
    return [
        step_of(model, optimizer, sequences[step], cosine_decay(step, num_steps, learning_rate))
        for step in range(num_steps)
    ]


# --- smooth


@right("training.smooth")
def smooth(losses, window):
    return [
        sum(losses[max(0, i + 1 - window) : i + 1]) / min(i + 1, window) for i in range(len(losses))
    ]


@right("training.smooth")
def smooth(losses, window):
    recent, means = [], []
    for loss in losses:
        recent.append(loss)
        if len(recent) > window:
            recent.pop(0)
        means.append(sum(recent) / len(recent))
    return tuple(means)


@wrong("training.smooth", says="at the first steps your slice begins below 0")
def smooth(losses, window):
    return [sum(losses[i - window + 1 : i + 1]) / window for i in range(len(losses))]


@wrong("training.smooth", says="at the first steps your slice begins below 0")
def smooth(losses, window):
    parts = [losses[i - window + 1 : i + 1] for i in range(len(losses))]
    return [sum(part) / len(part) if part else 0 for part in parts]


@wrong("training.smooth", says="ends one loss too early")
def smooth(losses, window):
    return [sum(losses[max(0, i - window) : i]) / window for i in range(len(losses))]


@wrong("training.smooth", says="ends one loss too early")
def smooth(losses, window):
    parts = [losses[max(0, i - window) : i] for i in range(len(losses))]
    return [sum(part) / len(part) if part else 0 for part in parts]


@wrong("training.smooth", says="as they came")
def smooth(losses, window):
    return list(losses)


@wrong("training.smooth", says="however old")
def smooth(losses, window):
    return [sum(losses[: i + 1]) / (i + 1) for i in range(len(losses))]


@wrong("training.smooth", says="one loss too many")
def smooth(losses, window):
    parts = [losses[max(0, i - window) : i + 1] for i in range(len(losses))]
    return [sum(part) / len(part) for part in parts]


@wrong("training.smooth", says="the first steps are missing")
def smooth(losses, window):
    return [sum(losses[i - window : i]) / window for i in range(window, len(losses) + 1)]


@wrong("training.smooth", says="the first means are too small")
def smooth(losses, window):
    return [sum(losses[max(0, i - window + 1) : i + 1]) / window for i in range(len(losses))]


@wrong("training.smooth", says="those are sums")
def smooth(losses, window):
    return [sum(losses[max(0, i - window + 1) : i + 1]) for i in range(len(losses))]


@wrong("training.smooth", says="the window looks ahead")
def smooth(losses, window):
    parts = [losses[i : i + window] for i in range(len(losses))]
    return [sum(part) / len(part) for part in parts]


@wrong("training.smooth", says="for every block")
def smooth(losses, window):
    parts = [losses[i : i + window] for i in range(0, len(losses), window)]
    return [sum(part) / len(part) for part in parts]


@wrong("training.smooth", says="exponential moving average")
def smooth(losses, window):
    average, means = losses[0], []
    for loss in losses:
        average = (1 - 1 / window) * average + loss / window
        means.append(average)
    return means


@wrong("training.smooth", says="changed its input")
def smooth(losses, window):
    means = []
    for _ in range(len(losses)):
        means.append(sum(losses[:window]) / len(losses[:window]))
        losses.pop(0)
    return means


@wrong("training.smooth", says="started at 0")
def smooth(losses, window):
    average, means = 0.0, []
    for loss in losses:
        average = (1 - 1 / window) * average + loss / window
        means.append(average)
    return means


@wrong("training.smooth", says="the loss of the step itself is missing")
def smooth(losses, window):
    means = [losses[0]]
    for i in range(1, len(losses)):
        part = losses[max(0, i - window) : i]
        means.append(sum(part) / len(part))
    return means


@wrong("training.smooth", says="the first losses are as they came")
def smooth(losses, window):
    means = losses[: window - 1]
    for i in range(window - 1, len(losses)):
        means.append(sum(losses[i - window + 1 : i + 1]) / window)
    return means


@wrong("training.smooth", says="half of the window lies ahead")
def smooth(losses, window):
    half = window // 2
    parts = [losses[max(0, i - half) : i + half + 1] for i in range(len(losses))]
    return [sum(part) / len(part) for part in parts]


@wrong("training.smooth", says="the list may be shorter than the window")
def smooth(losses, window):
    means = [sum(losses[:n]) / len(losses[:n]) for n in range(1, window)]
    for i in range(window, len(losses) + 1):
        means.append(sum(losses[i - window : i]) / window)
    return means


# --- evaluate


@right("training.evaluate")
def evaluate(model, sequences):
    total = 0
    for tokens in sequences:
        total = total + model.loss(tokens).data
    return total / len(sequences)


@right("training.evaluate")
def evaluate(model, sequences):
    return model.batch_loss(sequences).data


@wrong("training.evaluate", says="of the first document")
def evaluate(model, sequences):
    for tokens in sequences:
        return model.loss(tokens).data


@wrong("training.evaluate", says="of the last document")
def evaluate(model, sequences):
    for tokens in sequences:
        loss = model.loss(tokens).data
    return loss


@wrong("training.evaluate", says="that is the sum")
def evaluate(model, sequences):
    return sum(model.loss(tokens).data for tokens in sequences)


@wrong("training.evaluate", says="give their mean")
def evaluate(model, sequences):
    return [model.loss(tokens).data for tokens in sequences]


@wrong("training.evaluate", says="long documents counted for more")
def evaluate(model, sequences):
    total, count = 0.0, 0
    for tokens in sequences:
        n = len(training_pairs(tokens, model.config.block_size))
        total += model.loss(tokens).data * n
        count += n
    return total / count


@wrong("training.evaluate", says="long documents counted for more")
def evaluate(model, sequences):
    weighted = sum(model.loss(tokens).data * len(tokens) for tokens in sequences)
    return weighted / sum(len(tokens) for tokens in sequences)


@wrong("training.evaluate", says="perplexity")
def evaluate(model, sequences):
    import math

    return math.exp(sum(model.loss(tokens).data for tokens in sequences) / len(sequences))


@wrong("training.evaluate", says="divide by that of documents")
def evaluate(model, sequences):
    total = sum(model.loss(tokens).data for tokens in sequences)
    return total / sum(len(tokens) for tokens in sequences)


@wrong("training.evaluate", says="has left gradients behind")
def evaluate(model, sequences):
    loss = model.batch_loss(sequences)
    loss.backward()
    return loss.data


@wrong("training.evaluate", says="must not learn from them")
def evaluate(model, sequences):
    from course_lib.adam import Adam

    optimizer = Adam(model.parameters())
    losses = [step_of(model, optimizer, tokens, 0.01) for tokens in sequences]
    return sum(losses) / len(losses)


@wrong("training.evaluate", says="with the graph of every document behind it")
def evaluate(model, sequences):
    return model.batch_loss(sequences)


# --- go_on


def back(path, with_memory=True):
    config, weights, _ = load_checkpoint(path)
    model = GPT(config, weights)
    optimizer = Adam(model.parameters())
    if with_memory:
        restore_optimizer(path, optimizer)
    return model, optimizer


@right("training.go_on")
def go_on(path, sequences, num_steps, batch_size):
    model, optimizer = back(path)
    done = optimizer.steps
    return list(
        finished.train(
            model, optimizer, sequences, num_steps, batch_size=batch_size, first_step=done
        )
    )


@right("training.go_on")
def go_on(path, sequences, num_steps, batch_size):
    model, optimizer = back(path)
    losses = []
    for step in range(optimizer.steps, num_steps):
        batch = [sequences[(step * batch_size + i) % len(sequences)] for i in range(batch_size)]
        rate = cosine_decay(step, num_steps, 0.01)
        losses.append(finished.training_step(model, optimizer, batch, rate))
    return losses


def rest(model, optimizer, sequences, num_steps, batch_size, first_step):
    run = finished.train(
        model, optimizer, sequences, num_steps, batch_size=batch_size, first_step=first_step
    )
    return list(run)


@wrong("training.go_on", says="what did Adam remember?")
def go_on(path, sequences, num_steps, batch_size):
    _, told = back(path)
    model, optimizer = back(path, with_memory=False)
    return rest(model, optimizer, sequences, num_steps, batch_size, told.steps)


@wrong("training.go_on", says="began again from the start")
def go_on(path, sequences, num_steps, batch_size):
    return rest(*back(path), sequences, num_steps, batch_size, 0)


@wrong("training.go_on", says="everything but the weights began again")
def go_on(path, sequences, num_steps, batch_size):
    model, optimizer = back(path, with_memory=False)
    return rest(model, optimizer, sequences, num_steps, batch_size, optimizer.steps)


@wrong("training.go_on", says="the schedule was shortened")
def go_on(path, sequences, num_steps, batch_size):
    model, optimizer = back(path)
    left = num_steps - optimizer.steps
    return rest(model, optimizer, sequences, left, batch_size, optimizer.steps)


@wrong("training.go_on", says="one step was done twice")
def go_on(path, sequences, num_steps, batch_size):
    model, optimizer = back(path)
    return rest(model, optimizer, sequences, num_steps, batch_size, optimizer.steps - 1)


@wrong("training.go_on", says="one step was left out")
def go_on(path, sequences, num_steps, batch_size):
    model, optimizer = back(path)
    return rest(model, optimizer, sequences, num_steps, batch_size, optimizer.steps + 1)


@wrong("training.go_on", says="not how many are left")
def go_on(path, sequences, num_steps, batch_size):
    model, optimizer = back(path)
    left = num_steps - optimizer.steps
    return rest(model, optimizer, sequences, num_steps, batch_size, left)


@wrong("training.go_on", says="on a shorter schedule")
def go_on(path, sequences, num_steps, batch_size):
    model, optimizer = back(path)
    return rest(model, optimizer, sequences, num_steps - optimizer.steps, batch_size, 0)


@wrong("training.go_on", says="another size than before")
def go_on(path, sequences, num_steps, batch_size):
    model, optimizer = back(path)
    return rest(model, optimizer, sequences, num_steps, 1, optimizer.steps)


@wrong("training.go_on", says="counts steps, not names")
def go_on(path, sequences, num_steps, batch_size):
    model, optimizer = back(path)
    return rest(model, optimizer, sequences, num_steps, batch_size, optimizer.steps * batch_size)


@wrong("training.go_on", says="no step was made")
def go_on(path, sequences, num_steps, batch_size):
    return rest(*back(path), sequences, num_steps, batch_size, 200)


@wrong("training.go_on", says="put `list(...)` around it")
def go_on(path, sequences, num_steps, batch_size):
    model, optimizer = back(path)
    return finished.train(model, optimizer, sequences, num_steps, first_step=optimizer.steps)


# --- gradient_error


@right("training.gradient_error")
def gradient_error(loss, parameter):
    parameter.grad = 0.0
    loss().backward()
    return abs(parameter.grad - measured_slope(loss, parameter, h=1e-3))


@right("training.gradient_error")
def gradient_error(loss, parameter):
    parameter.grad = 0
    loss().backward()
    h, at = 1e-4, parameter.data
    parameter.data = at + h
    up = loss().data
    parameter.data = at - h
    down = loss().data
    parameter.data = at
    return abs((up - down) / (2 * h) - parameter.grad)


@right("training.gradient_error")
def gradient_error(loss, parameter):
    from course_lib.derivatives import derivative

    before = parameter.data

    def f(x):
        parameter.data = x
        return loss().data

    measured = derivative(f, before)
    parameter.data, parameter.grad = before, 0.0
    loss().backward()
    return abs(parameter.grad - measured)


def measured_slope(loss, parameter, h=1e-5):
    before = parameter.data
    parameter.data = before + h
    higher = loss().data
    parameter.data = before - h
    lower = loss().data
    parameter.data = before
    return (higher - lower) / (2 * h)


@wrong("training.gradient_error", says="an old gradient was still there")
def gradient_error(loss, parameter):
    loss().backward()
    return abs(parameter.grad - measured_slope(loss, parameter))


@wrong("training.gradient_error", says="off by the old gradient")
def gradient_error(loss, parameter):
    return abs(parameter.grad - measured_slope(loss, parameter))


@wrong("training.gradient_error", says="subtract the central difference")
def gradient_error(loss, parameter):
    parameter.grad = 0.0
    loss().backward()
    return parameter.grad


@wrong("training.gradient_error", says="compare it with what `backward` says")
def gradient_error(loss, parameter):
    return measured_slope(loss, parameter)


@wrong("training.gradient_error", says="put `parameter.data` back")
def gradient_error(loss, parameter):
    parameter.grad = 0.0
    loss().backward()
    parameter.data += 1e-5
    higher = loss().data
    parameter.data -= 2e-5
    lower = loss().data
    return abs(parameter.grad - (higher - lower) / 2e-5)


@wrong("training.gradient_error", says="is divided by the whole way")
def gradient_error(loss, parameter):
    parameter.grad = 0.0
    loss().backward()
    return abs(parameter.grad - 2 * measured_slope(loss, parameter))


@wrong("training.gradient_error", says="the two were added")
def gradient_error(loss, parameter):
    parameter.grad = 0.0
    loss().backward()
    return abs(parameter.grad + measured_slope(loss, parameter))


@wrong("training.gradient_error", says="give its size, with `abs`")
def gradient_error(loss, parameter):
    parameter.grad = 0.0
    loss().backward()
    return -abs(parameter.grad - measured_slope(loss, parameter))


@wrong("training.gradient_error", says="that is the measured slope alone")
def gradient_error(loss, parameter):
    parameter.grad = 0.0
    return abs(parameter.grad - measured_slope(loss, parameter))


@wrong("training.gradient_error", says="clear nothing between it and the comparison")
def gradient_error(loss, parameter):
    loss().backward()
    parameter.grad = 0.0
    return abs(parameter.grad - measured_slope(loss, parameter))


@wrong("training.gradient_error", says="relative to the gradient")
def gradient_error(loss, parameter):
    parameter.grad = 0.0
    loss().backward()
    measured = measured_slope(loss, parameter)
    return abs(parameter.grad - measured) / abs(measured)


@wrong("training.gradient_error", says="a difference to one side only")
def gradient_error(loss, parameter):
    parameter.grad = 0.0
    here, h = loss(), 1e-5
    here.backward()
    parameter.data += h
    there = loss().data
    parameter.data -= h
    return abs(parameter.grad - (there - here.data) / h)


@wrong("training.gradient_error", says="one more step down is missing")
def gradient_error(loss, parameter):
    parameter.grad = 0.0
    here, h = loss(), 1e-5
    here.backward()
    parameter.data += h
    there = loss().data
    parameter.data -= h
    return abs(parameter.grad - (there - here.data) / (2 * h))


# --- mended_loss


def numbers_only(layer):
    keys = [[Value(x.data) for x in key] for key in layer.keys]
    values = [[Value(x.data) for x in value] for value in layer.values]
    return KVCache(keys, values)


@right("training.mended_loss")
def mended_loss(model, tokens):
    cache = model.new_cache()
    total = 0
    pairs = training_pairs(tokens, model.config.block_size)
    for token, target in pairs:
        total = total - softmax(model.forward(token, cache))[target].log()
    return total / len(pairs)


@right("training.mended_loss")
def mended_loss(model, tokens):
    return model.loss(tokens)


@wrong("training.mended_loss", says="still cut off")
def mended_loss(model, tokens):
    cache = model.new_cache()
    losses = []
    for token, target in training_pairs(tokens, model.config.block_size):
        logits = model.forward(token, cache)
        losses.append(-softmax(logits)[target].log())
        cache = [numbers_only(layer) for layer in cache]
    return Value.sum(losses) / len(losses)


@wrong("training.mended_loss", says="still cut off")
def mended_loss(model, tokens):
    cache = model.new_cache()
    losses = []
    for token, target in training_pairs(tokens, model.config.block_size):
        cache = [numbers_only(layer) for layer in cache]
        losses.append(-softmax(model.forward(token, cache))[target].log())
    return Value.sum(losses) / len(losses)


def half_mended(model, tokens, mended):
    cache = model.new_cache()
    losses = []
    for token, target in training_pairs(tokens, model.config.block_size):
        losses.append(-softmax(model.forward(token, cache))[target].log())
        for layer in cache:
            old = layer.keys if mended == "values" else layer.values
            old[:] = [[Value(x.data) for x in vector] for vector in old]
    return Value.sum(losses) / len(losses)


@wrong("training.mended_loss", says="the keys are still cut off")
def mended_loss(model, tokens):
    return half_mended(model, tokens, "values")


@wrong("training.mended_loss", says="the values are still cut off")
def mended_loss(model, tokens):
    return half_mended(model, tokens, "keys")


@wrong("training.mended_loss", says="sees no past at all")
def mended_loss(model, tokens):
    losses = []
    for token, target in training_pairs(tokens, model.config.block_size):
        logits = model.forward(token, model.new_cache())
        losses.append(-softmax(logits)[target].log())
    return Value.sum(losses) / len(losses)


@wrong("training.mended_loss", says="the sum over the positions")
def mended_loss(model, tokens):
    cache = model.new_cache()
    losses = []
    for token, target in training_pairs(tokens, model.config.block_size):
        losses.append(-softmax(model.forward(token, cache))[target].log())
    return Value.sum(losses)


@wrong("training.mended_loss", says="a plain number")
def mended_loss(model, tokens):
    return model.loss(tokens).data


@wrong("training.mended_loss", says="no gradient comes back at all")
def mended_loss(model, tokens):
    return Value(model.loss(tokens).data)
