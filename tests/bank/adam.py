"""Answers to lesson 09."""
# ruff: noqa: B905 (a student writes `zip` in its plainest form)

import math

from bank import right, wrong
from course_lib import adam as finished
from course_lib.adam import Adam
from course_lib.exercises import adam as exercises
from course_lib.value import Value

# --- moving_average


@right("adam.moving_average")
def moving_average(average, x, beta):
    return average + (1 - beta) * (x - average)


@right("adam.moving_average")
def moving_average(average, x, beta):
    new = 1 - beta
    average *= beta
    average += new * x
    return average


@wrong("adam.moving_average", says="the weights are swapped")
def moving_average(average, x, beta):
    return average + beta * (x - average)


@wrong("adam.moving_average", says="the new number counts in full")
def moving_average(average, x, beta):
    return beta * average + x


@wrong("adam.moving_average", says="the old average counts in full")
def moving_average(average, x, beta):
    return average + (1 - beta) * x


@wrong("adam.moving_average", says="halfway between the two")
def moving_average(average, x, beta):
    return (average + x) / 2


@wrong("adam.moving_average", says="the new number has to join in")
def moving_average(average, x, beta):
    return beta * average


@wrong("adam.moving_average", says="the old average has to stay in")
def moving_average(average, x, beta):
    return (1 - beta) * x


@wrong("adam.moving_average", says="did not move at all")
def moving_average(average, x, beta):
    beta * average + (1 - beta) * x
    return average


@wrong("adam.moving_average", says="has not joined in")
def moving_average(average, x, beta):
    old = beta * average
    new = (1 - beta) * average
    return old + new


@wrong("adam.moving_average", says="taken away")
def moving_average(average, x, beta):
    return beta * average - (1 - beta) * x


@wrong("adam.moving_average", says="is there a `return`")
def moving_average(average, x, beta):
    average = beta * average + (1 - beta) * x


@wrong("adam.moving_average", says="Multiply the number by it")
def moving_average(average, x, beta):
    old = beta * average
    new = 1 - beta
    return old + new


@wrong("adam.moving_average", says="put brackets round 1 - beta")
def moving_average(average, x, beta):
    return beta * average + 1 - beta * x


@wrong("adam.moving_average", says="must add up to 1")
def moving_average(average, x, beta):
    return beta * average + beta * x


# --- momentum_step


@right("adam.momentum_step")
def momentum_step(parameters, mean, learning_rate, beta):
    mean[:] = [beta * m + (1 - beta) * p.grad for m, p in zip(mean, parameters)]
    for m, p in zip(mean, parameters):
        p.data = p.data - learning_rate * m


@right("adam.momentum_step")
def momentum_step(parameters, mean, learning_rate, beta):
    for i in range(len(parameters)):
        mean[i] += (1 - beta) * (parameters[i].grad - mean[i])
        parameters[i].data -= learning_rate * mean[i]
    return mean


@wrong("adam.momentum_step", says="every parameter is where it was")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * p.grad
        p = p - learning_rate * mean[i]


@wrong("adam.momentum_step", says="`mean` is as it was")
def momentum_step(parameters, mean, learning_rate, beta):
    for p, m in zip(parameters, mean):
        m = beta * m + (1 - beta) * p.grad
        p.data -= learning_rate * m


@wrong("adam.momentum_step", says="`mean` is as it was")
def momentum_step(parameters, mean, learning_rate, beta):
    mean = [beta * m + (1 - beta) * p.grad for m, p in zip(mean, parameters)]
    for p, m in zip(parameters, mean):
        p.data -= learning_rate * m


@wrong("adam.momentum_step", says="along the newest gradient")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * p.grad
        p.data -= learning_rate * p.grad


@wrong("adam.momentum_step", says="that is uphill")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * p.grad
        p.data += learning_rate * mean[i]


@wrong("adam.momentum_step", says="before the new gradient joined it")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        p.data -= learning_rate * mean[i]
        mean[i] = beta * mean[i] + (1 - beta) * p.grad


@wrong("adam.momentum_step", says="counts in full")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + p.grad
        p.data -= learning_rate * mean[i]


@wrong("adam.momentum_step", says="the weights are swapped")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = (1 - beta) * mean[i] + beta * p.grad
        p.data -= learning_rate * mean[i]


@wrong("adam.momentum_step", says="the learning rate is missing")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * p.grad
        p.data -= mean[i]


@wrong("adam.momentum_step", says="once more")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * p.grad
        p.data -= learning_rate * (mean[i] + p.grad)


@wrong("adam.momentum_step", says="your step cleared them")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * p.grad
        p.data -= learning_rate * mean[i]
        p.grad = 0.0


@wrong("adam.momentum_step", says="the gradients after your step")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        p.grad = beta * mean[i] + (1 - beta) * p.grad
        p.data -= learning_rate * p.grad


@wrong("adam.momentum_step", says="holds a Value now")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * p.grad
        p.data = p - learning_rate * mean[i]


@wrong("adam.momentum_step", says="something new into the list of parameters")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * p.grad
        parameters[i] = p - learning_rate * mean[i]


@wrong("adam.momentum_step", says="something new into the list of parameters")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * p.grad
        new = Value(p.data - learning_rate * mean[i])
        new.grad = p.grad
        parameters[i] = new


@wrong("adam.momentum_step", says="is lost: write `-=`")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * p.grad
        p.data = -learning_rate * mean[i]


@wrong("adam.momentum_step", says="is lost: the step is taken away")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * p.grad
        p.data = learning_rate * mean[i]


@wrong("adam.momentum_step", says="the learning rate is in the average")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + learning_rate * p.grad
        p.data -= mean[i]


@wrong("adam.momentum_step", says="stands in the average already")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * learning_rate * p.grad
        p.data -= mean[i]


@wrong("adam.momentum_step", says="share one number")
def momentum_step(parameters, mean, learning_rate, beta):
    for p in parameters:
        mean[0] = beta * mean[0] + (1 - beta) * p.grad
        p.data -= learning_rate * mean[0]


@wrong("adam.momentum_step", says="the parameter itself was averaged")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * p.data
        p.data -= learning_rate * mean[i]


@wrong("adam.momentum_step", says="only the last one moved")
def momentum_step(parameters, mean, learning_rate, beta):
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * p.grad
    p.data -= learning_rate * mean[i]


# --- corrected


@right("adam.corrected")
def corrected(average, beta, steps):
    zeros = 1
    for _ in range(steps):
        zeros *= beta
    return average / (1 - zeros)


@right("adam.corrected")
def corrected(average, beta, steps):
    share = math.fsum((1 - beta) * beta**age for age in range(steps))
    return average / share


@wrong("adam.corrected", says="the average as it was")
def corrected(average, beta, steps):
    return average


@wrong("adam.corrected", says="smaller still")
def corrected(average, beta, steps):
    return average * (1 - beta**steps)


@wrong("adam.corrected", says="the first step only")
def corrected(average, beta, steps):
    return average / (1 - beta)


@wrong("adam.corrected", says="by the share that is still with the zero")
def corrected(average, beta, steps):
    return average / beta**steps


@wrong("adam.corrected", says="the power comes first")
def corrected(average, beta, steps):
    return average / (1 - beta) ** steps


@wrong("adam.corrected", says="not a product")
def corrected(average, beta, steps):
    return average / (1 - beta * steps)


@wrong("adam.corrected", says="the newest one included")
def corrected(average, beta, steps):
    return average / (1 - beta ** (steps - 1))


@wrong("adam.corrected", says="counts from 1 already")
def corrected(average, beta, steps):
    return average / (1 - beta ** (steps + 1))


@wrong("adam.corrected", says="Divide by 1 - β**steps, with brackets")
def corrected(average, beta, steps):
    return average / 1 - beta**steps


@wrong("adam.corrected", says="that is the average less β**steps")
def corrected(average, beta, steps):
    return average - beta**steps


@wrong("adam.corrected", says="the weight that the numbers have by now")
def corrected(average, beta, steps):
    return 1 - beta**steps


@wrong("adam.corrected", says="now correct the average for it")
def corrected(average, beta, steps):
    return beta**steps


@wrong("adam.corrected", says="a power is written `**`")
def corrected(average, beta, steps):
    return average / (1 - beta ^ steps)


@wrong("adam.corrected", says="only if all numbers are 1")
def corrected(average, beta, steps):
    return average + beta**steps


@wrong("adam.corrected", says="the older ones have less")
def corrected(average, beta, steps):
    return average / (steps * (1 - beta))


# --- adam_step


@right("adam.adam_step")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    for i, p in enumerate(parameters):
        mean[i] += (1 - beta1) * (p.grad - mean[i])
        square[i] += (1 - beta2) * (p.grad * p.grad - square[i])
        usual = (square[i] / (1 - beta2**steps)) ** 0.5
        p.data = p.data - learning_rate * (mean[i] / (1 - beta1**steps)) / (usual + epsilon)


@right("adam.adam_step")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    adam = Adam(parameters, beta1, beta2, epsilon)
    adam.mean, adam.square, adam.steps = mean, square, steps - 1
    adam.step(learning_rate)


def averaged(parameters, mean, square, beta1, beta2):
    """The two averages brought up to date, as most answers have it."""
    for i, p in enumerate(parameters):
        mean[i] = beta1 * mean[i] + (1 - beta1) * p.grad
        square[i] = beta2 * square[i] + (1 - beta2) * p.grad**2


def wrong_move(says):
    """A wrong adam_step that averages rightly; the function below says how far it moves."""

    def decorate(move):
        def adam_step(
            parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8
        ):
            old = list(zip(mean, square))
            averaged(parameters, mean, square, beta1, beta2)
            for i, p in enumerate(parameters):
                m_hat = mean[i] / (1 - beta1**steps)
                s_hat = square[i] / (1 - beta2**steps)
                raw = mean[i], square[i], *old[i]
                p.data += learning_rate * move(p.grad, m_hat, s_hat, epsilon, raw, steps)

        return wrong("adam.adam_step", says=says)(adam_step)

    return decorate


@wrong_move("neither was corrected")
def without_correction(g, m_hat, s_hat, epsilon, raw, steps):
    return -raw[0] / (math.sqrt(raw[1]) + epsilon)


@wrong_move("the average of the squares was not corrected")
def only_the_mean_corrected(g, m_hat, s_hat, epsilon, raw, steps):
    return -m_hat / (math.sqrt(raw[1]) + epsilon)


@wrong_move("the average of the gradient was not corrected")
def only_the_square_corrected(g, m_hat, s_hat, epsilon, raw, steps):
    return -raw[0] / (math.sqrt(s_hat) + epsilon)


@wrong_move("the root is missing")
def without_root(g, m_hat, s_hat, epsilon, raw, steps):
    return -m_hat / (s_hat + epsilon)


@wrong_move("it belongs beside it")
def epsilon_under_the_root(g, m_hat, s_hat, epsilon, raw, steps):
    return -m_hat / math.sqrt(s_hat + epsilon)


@wrong_move("`epsilon` was not added")
def without_epsilon(g, m_hat, s_hat, epsilon, raw, steps):
    return -m_hat / math.sqrt(s_hat)


@wrong_move("the newest gradient")
def newest_gradient(g, m_hat, s_hat, epsilon, raw, steps):
    return -g / (math.sqrt(s_hat) + epsilon)


@wrong_move("that is uphill")
def uphill(g, m_hat, s_hat, epsilon, raw, steps):
    return m_hat / (math.sqrt(s_hat) + epsilon)


@wrong_move("nothing was divided")
def not_divided(g, m_hat, s_hat, epsilon, raw, steps):
    return -m_hat


@wrong_move("multiplied by the usual size")
def multiplied(g, m_hat, s_hat, epsilon, raw, steps):
    return -m_hat * (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="averages from before this gradient")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    for i, p in enumerate(parameters):
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)
    averaged(parameters, mean, square, beta1, beta2)


@wrong("adam.adam_step", says="nothing is to be added to it")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta2)
    for i, p in enumerate(parameters):
        m_hat = mean[i] / (1 - beta1 ** (steps + 1))
        s_hat = square[i] / (1 - beta2 ** (steps + 1))
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="the corrections are crossed")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta2)
    for i, p in enumerate(parameters):
        m_hat = mean[i] / (1 - beta2**steps)
        s_hat = square[i] / (1 - beta1**steps)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="the learning rate is missing")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta2)
    for i, p in enumerate(parameters):
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        p.data -= m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="the corrected average was stored")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta2)
    for i, p in enumerate(parameters):
        mean[i] = mean[i] / (1 - beta1**steps)
        square[i] = square[i] / (1 - beta2**steps)
        p.data -= learning_rate * mean[i] / (math.sqrt(square[i]) + epsilon)


@wrong("adam.adam_step", says="the gradient itself was averaged")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    for i, p in enumerate(parameters):
        mean[i] = beta1 * mean[i] + (1 - beta1) * p.grad
        square[i] = beta2 * square[i] + (1 - beta2) * p.grad
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="the square of the mean was averaged")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    for i, p in enumerate(parameters):
        mean[i] = beta1 * mean[i] + (1 - beta1) * p.grad
        square[i] = beta2 * square[i] + (1 - beta2) * mean[i] ** 2
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="the square has β₂")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta1)
    for i, p in enumerate(parameters):
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="the mean has β₁")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta2, beta2)
    for i, p in enumerate(parameters):
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="`square` is as it was")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, list(square), beta1, beta2)
    for i, p in enumerate(parameters):
        s = beta2 * square[i] + (1 - beta2) * p.grad**2
        m_hat, s_hat = mean[i] / (1 - beta1**steps), s / (1 - beta2**steps)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="every parameter is where it was")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta2)
    for i, p in enumerate(parameters):
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        p -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="something new into the list of parameters")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    for i, p in enumerate(parameters):
        mean[i] = beta1 * mean[i] + (1 - beta1) * p.grad
        square[i] = beta2 * square[i] + (1 - beta2) * p.grad**2
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        parameters[i] = p - learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="something new into the list of parameters")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    for i, p in enumerate(parameters):
        mean[i] = beta1 * mean[i] + (1 - beta1) * p.grad
        square[i] = beta2 * square[i] + (1 - beta2) * p.grad**2
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        new = Value(p.data - learning_rate * m_hat / (math.sqrt(s_hat) + epsilon))
        new.grad = p.grad
        parameters[i] = new


@wrong("adam.adam_step", says="is lost: write `-=`")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    for i, p in enumerate(parameters):
        mean[i] = beta1 * mean[i] + (1 - beta1) * p.grad
        square[i] = beta2 * square[i] + (1 - beta2) * p.grad**2
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        p.data = -learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="is lost: the step is taken away")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    for i, p in enumerate(parameters):
        mean[i] = beta1 * mean[i] + (1 - beta1) * p.grad
        square[i] = beta2 * square[i] + (1 - beta2) * p.grad**2
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        p.data = learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="the division comes first")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta2)
    for i, p in enumerate(parameters):
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        p.data -= learning_rate * m_hat / math.sqrt(s_hat) + epsilon


@wrong("adam.adam_step", says="`epsilon` was not added")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta2)
    for i, p in enumerate(parameters):
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + 1e-8)


@wrong("adam.adam_step", says="`epsilon` was not added")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta2)
    for i, p in enumerate(parameters):
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        p.data -= learning_rate * m_hat / max(math.sqrt(s_hat), epsilon)


@wrong("adam.adam_step", says="the power is missing")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta2)
    for i, p in enumerate(parameters):
        m_hat, s_hat = mean[i] / (1 - beta1), square[i] / (1 - beta2)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="ŝ is corrected with β₂")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta2)
    for i, p in enumerate(parameters):
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta1**steps)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="m̂ is corrected with β₁")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta2)
    for i, p in enumerate(parameters):
        m_hat, s_hat = mean[i] / (1 - beta2**steps), square[i] / (1 - beta2**steps)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="to be taken away from it")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta2)
    for i, p in enumerate(parameters):
        m_hat, s_hat = (
            mean[i] / (1 - beta1 ** (steps - 1) or 1),
            square[i] / (1 - beta2 ** (steps - 1) or 1),
        )
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="must not grow")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta2)
    for i, p in enumerate(parameters):
        steps += 1
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="must not grow")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, beta2)
    for i, p in enumerate(parameters):
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - beta2**steps)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)
        steps += 1


@wrong("adam.adam_step", says="Use the argument `beta1`")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, 0.9, beta2)
    for i, p in enumerate(parameters):
        m_hat, s_hat = mean[i] / (1 - 0.9**steps), square[i] / (1 - beta2**steps)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


@wrong("adam.adam_step", says="Use the argument `beta2`")
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    averaged(parameters, mean, square, beta1, 0.95)
    for i, p in enumerate(parameters):
        m_hat, s_hat = mean[i] / (1 - beta1**steps), square[i] / (1 - 0.95**steps)
        p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)


# --- cosine_decay


@right("adam.cosine_decay")
def cosine_decay(step, num_steps, learning_rate):
    angle = step / num_steps * math.pi
    return (math.cos(angle) + 1) / 2 * learning_rate


@right("adam.cosine_decay")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * math.cos(math.radians(90 * step / num_steps)) ** 2


@wrong("adam.cosine_decay", says="the ½ is missing")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * (1 + math.cos(math.pi * step / num_steps))


@wrong("adam.cosine_decay", says="the 1 is missing")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * 0.5 * math.cos(math.pi * step / num_steps)


@wrong("adam.cosine_decay", says="the bare cosine")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * math.cos(math.pi * step / num_steps)


@wrong("adam.cosine_decay", says="from half-way on that is 0")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * max(0, math.cos(math.pi * step / num_steps))


@wrong("adam.cosine_decay", says="then rises again")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * abs(math.cos(math.pi * step / num_steps))


@right("adam.cosine_decay")
def cosine_decay(step, num_steps, learning_rate):
    half = learning_rate / 2
    return half - half * math.sin(math.pi * (step / num_steps - 0.5))


@wrong("adam.cosine_decay", says="that rises")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * 0.5 * (1 - math.cos(math.pi * step / num_steps))


@wrong("adam.cosine_decay", says="multiplied by π")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * 0.5 * (1 + math.cos(step / num_steps))


@wrong("adam.cosine_decay", says="the angle ran to 2π")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * 0.5 * (1 + math.cos(2 * math.pi * step / num_steps))


@wrong("adam.cosine_decay", says="not 180")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * 0.5 * (1 + math.cos(180 * step / num_steps))


@wrong("adam.cosine_decay", says="a straight line")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * (1 - step / num_steps)


@wrong("adam.cosine_decay", says="multiply by it")
def cosine_decay(step, num_steps, learning_rate):
    return 0.5 * (1 + math.cos(math.pi * step / num_steps))


@wrong("adam.cosine_decay", says="where the cosine is at 1")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * 0.5 * (1 + math.sin(math.pi * step / num_steps))


@wrong("adam.cosine_decay", says="300 is the number of steps in the picture")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * 0.5 * (1 + math.cos(math.pi * step / 300))


@wrong("adam.cosine_decay", says="that is the full learning rate")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate


@wrong("adam.cosine_decay", says="where is num_steps")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * 0.5 * (1 + math.cos(math.pi * step))


@wrong("adam.cosine_decay", says="a quarter of a wave")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * 0.5 * (1 + math.cos(math.pi / 2 * step / num_steps))


@wrong("adam.cosine_decay", says="a quarter of a wave")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * math.cos(math.pi / 2 * step / num_steps)


@wrong("adam.cosine_decay", says="the ½ belongs to both")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * (0.5 * 1 + math.cos(math.pi * step / num_steps))


@wrong("adam.cosine_decay", says="the ½ belongs to both")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * 0.5 * 1 + math.cos(math.pi * step / num_steps)


@wrong("adam.cosine_decay", says="T is num_steps itself")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * 0.5 * (1 + math.cos(math.pi * step / (num_steps - 1)))


@wrong("adam.cosine_decay", says="counts from 0")
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * 0.5 * (1 + math.cos(math.pi * (step + 1) / num_steps))


# --- mended_descent


@right("adam.mended_descent")
def mended_descent(loss, parameters, num_steps, learning_rate):
    adam = Adam(parameters)
    losses = []
    for _ in range(num_steps):
        adam.zero_grad()
        result = loss()
        result.backward()
        adam.step(learning_rate)
        losses.append(result.data)
    return losses


@right("adam.mended_descent")
def mended_descent(loss, parameters, num_steps, learning_rate):
    adam = None

    def one():
        nonlocal adam
        adam = adam or Adam(parameters)
        result = loss()
        for p in parameters:
            p.grad = 0
        result.backward()
        adam.step(learning_rate)
        return result.data

    return tuple(one() for _ in range(num_steps))


@right("adam.mended_descent")
def mended_descent(loss, parameters, num_steps, learning_rate):
    mean, square, losses = [0.0] * len(parameters), [0.0] * len(parameters), []
    for step in range(num_steps):
        result = loss()
        result.backward()
        exercises.adam_step.answer(parameters, mean, square, step + 1, learning_rate)
        for p in parameters:
            p.grad = 0.0
        losses.append(result.data)
    return losses


@wrong("adam.mended_descent", says="every step is still one learning rate long")
def mended_descent(loss, parameters, num_steps, learning_rate):
    losses = []
    for _ in range(num_steps):
        result = loss()
        result.backward()
        adam = Adam(parameters)
        adam.step(learning_rate)
        adam.zero_grad()
        losses.append(result.data)
    return losses


@wrong("adam.mended_descent", says="every step is still one learning rate long")
def mended_descent(loss, parameters, num_steps, learning_rate):
    losses = []
    for _ in range(num_steps):
        adam = Adam(parameters)
        adam.zero_grad()
        result = loss()
        result.backward()
        adam.step(learning_rate)
        losses.append(result.data)
    return losses


@wrong("adam.mended_descent", says="the learning rate falls now")
def mended_descent(loss, parameters, num_steps, learning_rate):
    losses = []
    for step in range(num_steps):
        result = loss()
        result.backward()
        adam = Adam(parameters)
        adam.step(finished.cosine_decay(step, num_steps, learning_rate))
        adam.zero_grad()
        losses.append(result.data)
    return losses


@wrong("adam.mended_descent", says="the learning rate falls now")
def mended_descent(loss, parameters, num_steps, learning_rate):
    adam = Adam(parameters)
    losses = []
    for step in range(num_steps):
        result = loss()
        result.backward()
        adam.step(finished.cosine_decay(step, num_steps, learning_rate))
        adam.zero_grad()
        losses.append(result.data)
    return losses


@wrong("adam.mended_descent", says="now the gradients pile up")
def mended_descent(loss, parameters, num_steps, learning_rate):
    adam = Adam(parameters)
    losses = []
    for _ in range(num_steps):
        result = loss()
        result.backward()
        adam.step(learning_rate)
        losses.append(result.data)
    adam.zero_grad()
    return losses


@wrong("adam.mended_descent", says="now the gradients pile up")
def mended_descent(loss, parameters, num_steps, learning_rate):
    adam = Adam(parameters)
    losses = []
    for _ in range(num_steps):
        result = loss()
        result.backward()
        adam.step(learning_rate)
        losses.append(result.data)
        adam.zero_grad  # noqa: B018 (the mistake: no brackets)
    return losses


@wrong("adam.mended_descent", says="before the step has used them")
def mended_descent(loss, parameters, num_steps, learning_rate):
    adam = Adam(parameters)
    losses = []
    for _ in range(num_steps):
        result = loss()
        result.backward()
        adam.zero_grad()
        adam.step(learning_rate)
        losses.append(result.data)
    return losses


@wrong("adam.mended_descent", says="the loss is computed once")
def mended_descent(loss, parameters, num_steps, learning_rate):
    adam = Adam(parameters)
    losses = []
    result = loss()
    for _ in range(num_steps):
        result.backward()
        adam.step(learning_rate)
        adam.zero_grad()
        losses.append(result.data)
    return losses


@wrong("adam.mended_descent", says="your list holds Values")
def mended_descent(loss, parameters, num_steps, learning_rate):
    adam = Adam(parameters)
    losses = []
    for _ in range(num_steps):
        result = loss()
        result.backward()
        adam.step(learning_rate)
        adam.zero_grad()
        losses.append(result)
    return losses


@wrong("adam.mended_descent", says="is `return` inside the loop")
def mended_descent(loss, parameters, num_steps, learning_rate):
    adam = Adam(parameters)
    losses = []
    for _ in range(num_steps):
        result = loss()
        result.backward()
        adam.step(learning_rate)
        adam.zero_grad()
        losses.append(result.data)
        return losses


@wrong("adam.mended_descent", says="that is the last loss")
def mended_descent(loss, parameters, num_steps, learning_rate):
    adam = Adam(parameters)
    for _ in range(num_steps):
        result = loss()
        result.backward()
        adam.step(learning_rate)
        adam.zero_grad()
    return result.data
