"""Gated writes: stage → validate → commit, or say what is wrong and change nothing."""

from nqf_graph.writes.keys import Key, KeyRing
from nqf_graph.writes.policy import Policy
from nqf_graph.writes.submissions import Submission, Submissions
from nqf_graph.writes.writer import Outcome, Rehearsal, Request, Writer

__all__ = ["Key", "KeyRing", "Outcome", "Policy", "Rehearsal", "Request", "Submission", "Submissions", "Writer"]
