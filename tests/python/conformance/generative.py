"""Models that bring their own training: VAE, GAN, diffusion, with own optimizers and trackers."""

from __future__ import annotations

import keras
import tensorflow as tf
from keras import layers, ops

from conformance.arrays import pictures, points
from conformance.catalogue import setup


class Sampling(layers.Layer):
    """Draws a point from its mean and the logarithm of its variance."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        mean, log_var = inputs
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_var) * noise


def flat_pictures():
    x, _y = pictures()
    return (x.astype("float32") / 255).reshape(len(x), -1)


def encoder():
    inputs = keras.Input((64,))
    hidden = layers.Dense(12, "relu")(inputs)
    mean = layers.Dense(2, name="mean")(hidden)
    log_var = layers.Dense(2, name="log_var")(hidden)
    return keras.Model(inputs, [mean, log_var, Sampling()([mean, log_var])], name="encoder")


def decoder():
    return keras.Sequential(
        [keras.Input((2,)), layers.Dense(12, "relu"), layers.Dense(64, "sigmoid")], name="decoder"
    )


def divergence(mean, log_var):
    own = 1 + log_var - ops.square(mean) - ops.exp(log_var)
    return ops.mean(ops.sum(-0.5 * own, axis=1))


def reconstruction(x, y):
    return ops.mean(64 * keras.losses.binary_crossentropy(x, y))


class TrackedVAE(keras.Model):
    """Its own train_step, with a tracker for each part of the loss."""

    def __init__(self, encoder, decoder, **options):
        super().__init__(**options)
        self.encoder, self.decoder = encoder, decoder
        self.total = keras.metrics.Mean(name="total_loss")
        self.parts = [keras.metrics.Mean(name=name) for name in ("reconstruction_loss", "kl_loss")]

    @property
    def metrics(self):
        return [self.total, *self.parts]

    def train_step(self, data):
        with tf.GradientTape() as tape:
            mean, log_var, z = self.encoder(data)
            parts = [reconstruction(data, self.decoder(z)), divergence(mean, log_var)]
            total = parts[0] + parts[1]
        grads = tape.gradient(total, self.trainable_weights)
        self.optimizer.apply_gradients(zip(grads, self.trainable_weights, strict=True))
        self.total.update_state(total)
        for tracker, value in zip(self.parts, parts, strict=True):
            tracker.update_state(value)
        return {"loss": self.total.result(), **{one.name: one.result() for one in self.parts}}


@setup("variational autoencoders")
def vae_own_train_step(folder):
    """A VAE with its own train_step and a tracker for each part."""
    model = TrackedVAE(encoder(), decoder())
    model.compile(optimizer=keras.optimizers.Adam())
    return model, {"x": flat_pictures(), "epochs": 3, "batch_size": 16}


@setup("variational autoencoders")
def vae_add_loss(folder):
    """A VAE whose divergence is added by a layer; reconstruction is the compiled loss."""

    class Divergence(layers.Layer):
        def call(self, mean, log_var):
            self.add_loss(divergence(mean, log_var) / 64)
            return mean

    class VAE(keras.Model):
        """Adds the divergence when it is called."""

        def __init__(self):
            super().__init__()
            self.encoder, self.decoder, self.divergence = encoder(), decoder(), Divergence()

        def call(self, inputs):
            mean, log_var, z = self.encoder(inputs)
            self.divergence(mean, log_var)
            return self.decoder(z)

    x = flat_pictures()
    model = VAE()
    model.compile("adam", "binary_crossentropy", metrics=["mae"])
    return model, {"x": x, "y": x, "epochs": 2, "batch_size": 16, "validation_data": (x, x)}


@setup("variational autoencoders")
def vae_compute_loss(folder):
    """A VAE that overrides compute_loss and keeps a tracker in it."""

    class VAE(keras.Model):
        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = encoder(), decoder()
            self.kl = keras.metrics.Mean(name="kl")

        def call(self, inputs, training=False):
            mean, log_var, z = self.encoder(inputs)
            return {"picture": self.decoder(z), "mean": mean, "log_var": log_var}

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            kl = divergence(y_pred["mean"], y_pred["log_var"])
            self.kl.update_state(kl)
            return reconstruction(x, y_pred["picture"]) + kl

    x = flat_pictures()
    model = VAE()
    model.compile(optimizer="adam")
    return model, {"x": x, "epochs": 2, "batch_size": 16, "validation_data": (x[:32],)}


def discriminator():
    return keras.Sequential(
        [keras.Input((64,)), layers.Dense(12), layers.LeakyReLU(), layers.Dense(1)],
        name="discriminator",
    )


def generator():
    return keras.Sequential(
        [keras.Input((4,)), layers.Dense(12, "relu"), layers.Dense(64, "sigmoid")], name="generator"
    )


class GAN(keras.Model):
    """Two networks with an optimizer each."""

    def __init__(self, discriminator, generator, latent=4):
        super().__init__()
        self.discriminator, self.generator, self.latent = discriminator, generator, latent
        self.seed_generator = keras.random.SeedGenerator(1337)
        self.trackers = [keras.metrics.Mean(name=name) for name in ("d_loss", "g_loss")]

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

    @property
    def metrics(self):
        return self.trackers

    def train_step(self, real):
        if isinstance(real, tuple):
            real = real[0]
        count = ops.shape(real)[0]
        latent = keras.random.normal((count, self.latent), seed=self.seed_generator)
        both = ops.concatenate([self.generator(latent), real], axis=0)
        labels = ops.concatenate([ops.ones((count, 1)), ops.zeros((count, 1))], axis=0)
        labels += 0.05 * keras.random.uniform(ops.shape(labels), seed=self.seed_generator)
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(labels, self.discriminator(both))
        weights = self.discriminator.trainable_weights
        self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, weights), weights, strict=True))
        latent = keras.random.normal((count, self.latent), seed=self.seed_generator)
        with tf.GradientTape() as tape:
            judged = self.discriminator(self.generator(latent))
            g_loss = self.loss_fn(ops.zeros((count, 1)), judged)
        weights = self.generator.trainable_weights
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, weights), weights, strict=True))
        for tracker, value in zip(self.trackers, (d_loss, g_loss), strict=True):
            tracker.update_state(value)
        return {one.name: one.result() for one in self.trackers}


@setup("adversarial")
def gan(folder):
    """A GAN: two optimizers, its own compile, a train_step that returns no "loss"."""
    model = GAN(discriminator(), generator())
    model.compile(
        d_optimizer=keras.optimizers.Adam(3e-4, beta_1=0.5),
        g_optimizer=keras.optimizers.Adam(3e-4, beta_1=0.5),
        loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    data = tf.data.Dataset.from_tensor_slices(flat_pictures()).batch(16)
    return model, {"x": data, "epochs": 2}


class WGAN(GAN):
    """With a gradient penalty and two steps of the critic for one of the generator."""

    def train_step(self, real):
        count = ops.shape(real)[0]
        for _ in range(2):
            latent = keras.random.normal((count, self.latent), seed=self.seed_generator)
            with tf.GradientTape() as tape:
                fake = self.generator(latent, training=True)
                cost = ops.mean(self.discriminator(fake)) - ops.mean(self.discriminator(real))
                d_loss = cost + 10.0 * self.penalty(real, fake, count)
            weights = self.discriminator.trainable_variables
            gradients = tape.gradient(d_loss, weights)
            self.d_optimizer.apply_gradients(zip(gradients, weights, strict=True))
        latent = keras.random.normal((count, self.latent), seed=self.seed_generator)
        with tf.GradientTape() as tape:
            g_loss = -ops.mean(self.discriminator(self.generator(latent, training=True)))
        weights = self.generator.trainable_variables
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, weights), weights, strict=True))
        return {"d_loss": d_loss, "g_loss": g_loss}

    def penalty(self, real, fake, count):
        share = keras.random.uniform((count, 1), seed=self.seed_generator)
        between = real + share * (fake - real)
        with tf.GradientTape() as tape:
            tape.watch(between)
            judged = self.discriminator(between, training=True)
        slope = tape.gradient(judged, between)
        return ops.mean((ops.sqrt(ops.sum(ops.square(slope), axis=1) + 1e-12) - 1.0) ** 2)


@setup("adversarial")
def wgan_with_penalty(folder):
    """A Wasserstein GAN with gradient penalty; its logs are plain tensors, not trackers."""
    model = WGAN(discriminator(), generator())
    optimizers = (keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2))
    model.compile(*optimizers, None)
    return model, {"x": flat_pictures(), "epochs": 2, "batch_size": 16}


class Diffusion(keras.Model):
    """Predicts the noise in a picture; a second network follows by a moving average."""

    def __init__(self):
        super().__init__()
        self.normalizer = layers.Normalization()
        self.network, self.ema_network = (
            keras.Sequential([keras.Input((65,)), layers.Dense(12, "swish"), layers.Dense(64)])
            for _ in range(2)
        )
        self.ema_network.set_weights(self.network.get_weights())
        self.seeds = keras.random.SeedGenerator(42)

    def compile(self, **options):
        super().compile(**options)
        self.noise_tracker = keras.metrics.Mean(name="n_loss")
        self.image_tracker = keras.metrics.Mean(name="i_loss")

    @property
    def metrics(self):
        return [self.noise_tracker, self.image_tracker]

    def denoised(self, images, network, training):
        images = self.normalizer(images, training=training)
        noises = keras.random.normal(ops.shape(images), seed=self.seeds)
        times = keras.random.uniform((ops.shape(images)[0], 1), seed=self.seeds)
        signal, noise = ops.cos(times), ops.sin(times)
        mixed = ops.concatenate([signal * images + noise * noises, noise], axis=-1)
        found = network(mixed, training=training)
        predicted = (signal * images + noise * (noises - found)) / ops.maximum(signal, 0.1)
        return self.loss(noises, found), self.loss(images, predicted)

    def train_step(self, images):
        with tf.GradientTape() as tape:
            noise_loss, image_loss = self.denoised(images, self.network, True)
        gradients = tape.gradient(noise_loss, self.network.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.network.trainable_weights, strict=True))
        self.noise_tracker.update_state(noise_loss)
        self.image_tracker.update_state(image_loss)
        for weight, ema in zip(self.network.weights, self.ema_network.weights, strict=True):
            ema.assign(0.9 * ema + 0.1 * weight)
        return {one.name: one.result() for one in self.metrics}

    def test_step(self, images):
        noise_loss, image_loss = self.denoised(images, self.ema_network, False)
        self.noise_tracker.update_state(noise_loss)
        self.image_tracker.update_state(image_loss)
        return {one.name: one.result() for one in self.metrics}


@setup("diffusion")
def diffusion(folder):
    """A diffusion model: own steps, a compiled loss that the step calls, an averaged network."""
    x = flat_pictures()
    model = Diffusion()
    model.normalizer.adapt(x)
    model.compile(optimizer=keras.optimizers.AdamW(1e-3), loss=keras.losses.mean_absolute_error)
    data = tf.data.Dataset.from_tensor_slices(x).batch(16, drop_remainder=True)
    return model, {"x": data, "epochs": 2, "validation_data": data.take(2)}


@setup("adversarial")
def conditional_gan(folder):
    """A GAN that takes pairs of pictures and labels, trained on arrays x and y."""

    class Conditional(GAN):
        def train_step(self, data):
            real, label = data
            return super().train_step(real + 0.01 * ops.cast(label, "float32")[:, None])

    _x, y = points(samples=96)
    model = Conditional(discriminator(), generator())
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(3e-4), keras.optimizers.Adam(3e-4), loss)
    return model, {"x": flat_pictures(), "y": y, "epochs": 2, "batch_size": 24}
