"""Real networks explained: one weight in one step, one neuron, one decision."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.attribution.decision import decision_story as decision_story
    from chainrule.attribution.forward_trace import ForwardTrace as ForwardTrace
    from chainrule.attribution.influence import influence_story as influence_story
    from chainrule.attribution.mislabels import mislabels_story as mislabels_story
    from chainrule.attribution.neuron import neuron_story as neuron_story
    from chainrule.attribution.page import story_page as story_page
    from chainrule.attribution.replay import RunReplay as RunReplay
    from chainrule.attribution.replay import RunStep as RunStep
    from chainrule.attribution.replay_stages import REPLAY_BUDGET as REPLAY_BUDGET
    from chainrule.attribution.replay_stages import run_stages as run_stages
    from chainrule.attribution.story import Gallery as Gallery
    from chainrule.attribution.story import Lines as Lines
    from chainrule.attribution.story import Picture as Picture
    from chainrule.attribution.story import Story as Story
    from chainrule.attribution.weight import WeightRequest as WeightRequest
    from chainrule.attribution.weight import weight_story as weight_story

__all__ = [
    "REPLAY_BUDGET",
    "ForwardTrace",
    "Gallery",
    "Lines",
    "Picture",
    "RunReplay",
    "RunStep",
    "Story",
    "WeightRequest",
    "decision_story",
    "influence_story",
    "mislabels_story",
    "neuron_story",
    "run_stages",
    "story_page",
    "weight_story",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "replay_stages": ["REPLAY_BUDGET", "run_stages"],
        "decision": ["decision_story"],
        "forward_trace": ["ForwardTrace"],
        "influence": ["influence_story"],
        "mislabels": ["mislabels_story"],
        "neuron": ["neuron_story"],
        "page": ["story_page"],
        "replay": ["RunReplay", "RunStep"],
        "story": ["Gallery", "Lines", "Picture", "Story"],
        "weight": ["WeightRequest", "weight_story"],
    },
)
