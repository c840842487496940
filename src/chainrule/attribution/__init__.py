"""Real networks explained: one weight in one step, one neuron, one decision."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.attribution.checkpoints import AFFORDED as AFFORDED
    from chainrule.attribution.checkpoints import stages_of as stages_of
    from chainrule.attribution.decision import decision_story as decision_story
    from chainrule.attribution.forward_trace import Passing as Passing
    from chainrule.attribution.influence import influence_story as influence_story
    from chainrule.attribution.mislabels import mislabels_story as mislabels_story
    from chainrule.attribution.neuron import neuron_story as neuron_story
    from chainrule.attribution.page import story_page as story_page
    from chainrule.attribution.replay import Course as Course
    from chainrule.attribution.replay import StepOfRun as StepOfRun
    from chainrule.attribution.story import Gallery as Gallery
    from chainrule.attribution.story import Lines as Lines
    from chainrule.attribution.story import Picture as Picture
    from chainrule.attribution.story import Story as Story
    from chainrule.attribution.weight import WeightAsked as WeightAsked
    from chainrule.attribution.weight import weight_story as weight_story

__all__ = [
    "AFFORDED",
    "Course",
    "Gallery",
    "Lines",
    "Passing",
    "Picture",
    "StepOfRun",
    "Story",
    "WeightAsked",
    "decision_story",
    "influence_story",
    "mislabels_story",
    "neuron_story",
    "stages_of",
    "story_page",
    "weight_story",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "checkpoints": ["AFFORDED", "stages_of"],
        "decision": ["decision_story"],
        "forward_trace": ["Passing"],
        "influence": ["influence_story"],
        "mislabels": ["mislabels_story"],
        "neuron": ["neuron_story"],
        "page": ["story_page"],
        "replay": ["Course", "StepOfRun"],
        "story": ["Gallery", "Lines", "Picture", "Story"],
        "weight": ["WeightAsked", "weight_story"],
    },
)
