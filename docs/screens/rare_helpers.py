"""Lines about people who help that no chapter comes across, each with when it comes."""

from collections.abc import Mapping

from .film import Words

LINES: Mapping[str, Words] = {
    "helper.home_first": ("还没记住处就想登记", "somebody registers whose home is not known"),
    "helper.phone_first": ("还没留电话就点「电话」", "“Telephone” is ticked without a number"),
    "helper.skill_gone": ("点「不会了」", "“Not any more” is pressed"),
    "helper.team_nobody": ("队里没有合适的人", "nobody of the team fits"),
    "helper.team_agreed": ("队友点「我去」，队长看到", "a member says yes, and the leader hears it"),
    "helper.team_taken_out": ("队长点队友的名字", "a leader presses a member's name"),
    "helper.team_left": ("不在队里的人看到", "what whoever was taken out sees"),
}
