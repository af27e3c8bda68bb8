# What it tries: Print half a gigabyte in a cell and from a call, through Python and through the descriptor.
import os
import sys

block = "x" * 1_000_000

def flood():
    for _ in range(250):
        print(block)
    for _ in range(125):
        os.write(1, block.encode())
        os.write(2, block.encode())

flood()

def mse(y_pred, y_true):
    flood()
    print(block, file=sys.__stdout__)
