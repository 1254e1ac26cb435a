"""A lab's status line, and the commands that make sense, from the state of its parts."""

from __future__ import annotations

from lossviz import losses
from lossviz.widgets.fields import action
from lossviz.widgets.program_binding import ProgramBinding
from lossviz.widgets.resume_offers import ResumeOffers, live_beside
from lossviz.widgets.run_launcher import RunLauncher
from lossviz.widgets.status import Notice, said_of
from lossviz.widgets.user_objects import UserObjects


def commands(launcher: RunLauncher, binding: ProgramBinding) -> list[str]:
    """The commands that can be given now."""
    runs = launcher.runs
    run = runs.current
    found = ["train", "show_code"]
    if run is None or not (runs.training or launcher.preparing):
        ended = ["clear_runs", *(["resume"] if runs.broken_off else [])] if run else []
        return [*found, "stop"] if launcher.preparing else [*found, "reset", *ended]
    found.append("stop")
    if runs.training:
        found += ["resume", "step"] if run.holding else ["pause"]
        if launcher.waiting:
            found += ["replace", "cancel_queued"]
        rate = binding.form.learning_rate()
        if runs.config is not None and rate not in {None, runs.config.learning_rate}:
            found.append("apply_learning_rate")
    return found


def describe(launcher: RunLauncher, binding: ProgramBinding, offers: ResumeOffers) -> Notice:
    """The status line while nothing else has to be said."""
    said = launcher.describe()
    if said is not None:
        return said
    runs = launcher.runs
    if binding.problem and not runs.training:
        waits = " Changed settings apply once it can be read." if binding.code.pending else ""
        return Notice(f"{binding.problem}{waits}", "warning")
    run = runs.current
    if run is None:
        return offers.notice(runs.all) or Notice("Ready to train.")
    said = said_of(
        run.record,
        first=len(runs.all) == 1,
        waiting=launcher.waiting,
        taught=launcher.weights.taught(run),
    )
    if runs.training:
        if launcher.waiting:
            said.actions += (action("cancel_queued", "Cancel queued run"),)
    else:
        if runs.broken_off:
            said.actions += (action("resume", f"Resume {run.name}"),)
        others = live_beside(runs.all)[:1]
        said.actions += tuple(action("follow", f"Show {other.name}") for other in others)
        if launcher.weights.changed:
            said.actions += (action("first_weights", "Restore the initial weights"),)
    return said


def why_no_training(binding: ProgramBinding, own: UserObjects) -> Notice | None:
    """Why the program cannot run; None where it can."""
    if own.data_error:
        return Notice(f"Nothing to train yet. {own.data_error}", "error")
    if binding.code.problem:
        problem = binding.problem[0].lower() + binding.problem[1:]
        return Notice(f"Training did not start: {problem}", "error")
    errors = binding.form.errors()
    if errors:
        wrong = " ".join(f"{label}: {text}" for label, text in errors.items())
        return Notice(f"Training did not start. {wrong}", "error")
    config = binding.code.config
    loss = losses.get(config.loss)
    own_data = own.train and config.train == own.train
    if own_data or "loss_fn" in binding.code.custom or losses.trains(loss, config.task):
        return None
    why = losses.why_not(loss, config.task)
    return Notice(f"Training did not start. {loss.title}: {why}", "error")


def question_to_resume(name: str) -> Notice:
    """Asks whether a run's code may replace the lab's."""
    return Notice(
        f"{name} was trained with different code than the lab has now.",
        "warning",
        actions=(action("confirm", "Resume with its code"), action("dismiss", "Keep my code")),
    )


def question_to_clear(count: int) -> Notice:
    """Asks whether this many finished runs may leave the lab."""
    what, them = ("run", "it") if count == 1 else (f"{count} runs", "them")
    return Notice(
        f"Remove the {what} from charts and table? The history keeps {them}.",
        "warning",
        actions=(action("confirm", f"Clear {what}"), action("dismiss", "Keep")),
    )
