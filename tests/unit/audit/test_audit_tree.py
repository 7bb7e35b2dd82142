"""The Merkle tree is that of RFC 6962, and its proofs prove."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import pytest

from server.audit import tree

# The eight entries and roots that certificate-transparency logs are tested with.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "", "00", "10", "2021", "3031", "40414243",
        "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [tree.leaf_hash(bytes([n])) for n in range(33)]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    leaves = [tree.leaf_hash(entry) for entry in ENTRIES[:size]]

    assert tree.root(leaves).hex() == ROOTS[size]


def test_the_tree_of_seven_has_the_shape_of_the_rfc() -> None:
    a, b, c, d, e, f, j = LEAVES[:7]
    node = tree.node_hash
    g, h, i = node(a, b), node(c, d), node(e, f)
    k, el = node(g, h), node(i, j)

    assert tree.root(LEAVES[:7]) == node(k, el)
    assert tree.inclusion_proof(0, LEAVES[:7]) == [b, h, el]
    assert tree.inclusion_proof(3, LEAVES[:7]) == [c, g, el]
    assert tree.inclusion_proof(4, LEAVES[:7]) == [f, j, k]
    assert tree.inclusion_proof(6, LEAVES[:7]) == [i, k]
    assert tree.consistency_proof(3, LEAVES[:7]) == [c, d, g, el]
    assert tree.consistency_proof(4, LEAVES[:7]) == [el]
    assert tree.consistency_proof(6, LEAVES[:7]) == [i, j, k]


@pytest.mark.parametrize("size", range(1, len(LEAVES) + 1))
def test_every_leaf_of_every_small_tree_is_proved_and_no_other(size: int) -> None:
    leaves = LEAVES[:size]
    root = tree.root(leaves)

    for index in range(size):
        proof = tree.inclusion_proof(index, leaves)
        assert tree.includes(root, size, index, leaves[index], proof)
        assert not tree.includes(root, size, index, tree.leaf_hash(b"forged"), proof)
        assert not tree.includes(root, size, index, leaves[index], [*proof, root])
        assert not tree.includes(root, size, size, leaves[index], proof)
        if proof:
            assert not tree.includes(root, size, index, leaves[index], proof[:-1])


@pytest.mark.parametrize("size", range(1, len(LEAVES) + 1))
def test_every_small_tree_is_proved_to_extend_each_before_it(size: int) -> None:
    leaves = LEAVES[:size]
    root = tree.root(leaves)
    forged = tree.root([tree.leaf_hash(b"forged"), *leaves[1:]])

    for old in range(1, size + 1):
        proof = tree.consistency_proof(old, leaves)
        old_root = tree.root(leaves[:old])
        assert tree.extends(old_root, old, root, size, proof)
        assert not tree.extends(old_root, old, forged, size, proof)
        assert not tree.extends(forged, old, root, size, proof)
        assert not tree.extends(old_root, old, root, size, [*proof, root])
        if proof:
            assert not tree.extends(old_root, old, root, size, proof[:-1])


def test_there_is_no_proof_outside_the_tree() -> None:
    with pytest.raises(IndexError):
        tree.inclusion_proof(3, LEAVES[:3])
    with pytest.raises(IndexError):
        tree.consistency_proof(4, LEAVES[:3])


def test_a_large_tree_is_proved_too() -> None:
    leaves = [hashlib.sha256(n.to_bytes(4)).digest() for n in range(10_000)]
    root = tree.root(leaves)

    for old, new in pairwise((1, 4_095, 4_096, 9_999, 10_000)):
        proof = tree.consistency_proof(old, leaves[:new])
        assert tree.extends(tree.root(leaves[:old]), old, tree.root(leaves[:new]), new, proof)
    assert tree.includes(root, 10_000, 7_777, leaves[7_777], tree.inclusion_proof(7_777, leaves))
