import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    import marimo as mo

    return (mo,)


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    # A gallery of cruxmap

    For people who know PyMC and ArviZ. A map says in words what bears on what, and gives each number as an
    interval. cruxmap makes a Bayesian model of it. Whatever is true or false is summed out exactly; the
    numbers are what is uncertain, and PyMC samples them where something conditions them.
    """)
    return


@app.cell
def _():
    import arviz as az
    import matplotlib.pyplot as plt

    import cruxmap as cm

    return az, cm, plt


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    ## A map from a text

    Four claims, an argument against one of them, and another that undercuts this argument. Two reviewers
    have a few numbers of their own, and the map's elsewhere. A worldview can be a text, as here, a dict,
    or a file.
    """)
    return


@app.cell
def _(cm):
    BRIDGE = """
    map: {title: Will the bridge open by autumn?}
    claims:
      steel: {text: The steel arrives by May., credence: 60% to 90%}
      mild: {text: The winter is mild., credence: 30% to 60%}
      pillar:
        text: The first pillar stands in March.
        given: [{id: dry, when: mild, credence: 70% to 90%}, {otherwise: 10% to 30%}]
      opens:
        text: The bridge opens by autumn.
        given:
          - {id: both, when: [steel, mild], credence: 80% to 95%}
          - {id: cold, when: steel, credence: 30% to 60%}
          - {otherwise: 2% to 15%}
    arguments:
      strike: {text: The crane drivers may strike., credence: 30% to 60%, against: steel, strength: 2x to 6x}
      offer: {text: Their union takes an offer., credence: 20% to 60%, undercuts: strike}
    """
    ENGINEER = """
    text: The engineer knows the supplier, and fears the cold.
    judgements: {steel: 80% to 95%, strike.strength: 1.5x to 3x, opens.cold: 10% to 30%}
    stated: [{of: opens, credence: 25% to 50%}, {of: pillar, credence: 30% to 70%}]
    """
    MAYOR = {
        "text": "The mayor talks to the union.",
        "judgements": {"offer": "80% to 95%", "mild": (0.5, 0.8)},
        "stated": [{"of": "opens", "credence": "50% to 90%"}],
    }
    bridge = cm.read_map(BRIDGE, worldviews={"engineer": ENGINEER, "mayor": MAYOR}, name="bridge")
    bridge
    return (bridge,)


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    A model puts a question to a map. This one asks whether the bridge opens, of both reviewers. `show` draws
    the map as one of them has it.
    """)
    return


@app.cell
def _(bridge, cm):
    question = {"model": "bridge", "map": bridge, "target": "opens", "also": ["steel"]}
    model = cm.read_model(question)
    model
    return model, question


@app.cell
def _(cm, model):
    cm.show(model, "mayor")
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    ## What follows

    Every answer is a value with named fields. A notebook shows it as tables and a picture; `to_frame()`
    gives one of its lists to pandas, and `plot()` returns a matplotlib figure.
    """)
    return


@app.cell
def _(cm, model):
    estimate = cm.estimate(model)
    estimate
    return (estimate,)


@app.cell
def _(estimate):
    estimate.to_frame().round(3)
    return


@app.cell
def _(estimate):
    estimate.worldviews["mayor"].mean, estimate.worldviews["mayor"].central
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    Every function takes the same options: other judgements, what is assumed or observed, other worldviews,
    how many draws, and their seed. They are laid over the model for this one answer.
    """)
    return


@app.cell
def _(cm, model):
    settled = cm.estimate(model, judgements={"offer": 0.95}, assuming="mild", worldviews=["map", "mayor"])
    settled.to_frame()[["worldview", "target", "mean"]].round(3)
    return


@app.cell
def _(cm, model):
    cm.probability(model, "opens", given=["steel", {"mild": False}], worldview="engineer")
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    ## What it turns on

    What would the engineer most like to know? Claims and arguments come by how much the answer would move
    the estimate, numbers by how much of its spread is theirs.
    """)
    return


@app.cell
def _(cm, model):
    cruxes = cm.cruxes(model, "engineer")
    cruxes
    return (cruxes,)


@app.cell
def _(cruxes):
    cruxes.lists, cruxes.figures
    return


@app.cell
def _(cruxes):
    columns = ["rank", "kind", "id", "probability", "given_true", "given_false", "voi_share"]
    cruxes.to_frame()[columns].round(3)
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    ## Where two worldviews part

    The gap in log-odds is divided among the numbers on which they differ (Shapley values), so that the
    parts add up to the whole.
    """)
    return


@app.cell
def _(cm, model):
    parted = cm.diff(model, "engineer", "mayor")
    parted
    return (parted,)


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    What would it take for the engineer to believe in the opening as the mayor does?
    """)
    return


@app.cell
def _(cm, model):
    cm.takes(model, "engineer", agree_with="mayor")
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    ## One answer from both

    Pools of the two, and a hierarchical model of what they have in common, which PyMC samples.
    """)
    return


@app.cell
def _(cm, model):
    pooled = cm.pool(model)
    pooled
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    ## Pictures in one figure

    `plot` takes axes, and the name of a figure, as in `cruxes.plot("tornado", ax=axes)`.
    """)
    return


@app.cell
def _(estimate, parted, plt):
    pictures, (above, below) = plt.subplots(
        2, 1, figsize=(10, 9.5), height_ratios=(2, 3), dpi=100, layout="constrained"
    )
    estimate.plot(ax=above)
    parted.plot(ax=below)
    plt.show()
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    ## Draws for ArviZ

    `sample` returns an xarray `DataTree` in ArviZ's schema. Here the first pillar is observed, so NUTS
    samples both worldviews. `posterior` is given what is observed, `prior` is not. `draws` are in all,
    where PyMC counts them per chain.
    """)
    return


@app.cell
def _(az, cm, model):
    tree = cm.sample(model, observed="pillar", draws=1000, tune=500, chains=2, random_seed=1)
    az.summary(tree, var_names="estimate")
    return (tree,)


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    The targets come first, and their ids are the labels. The words behind the ids, and whose each number
    is, are coordinates of the tree.
    """)
    return


@app.cell
def _(tree):
    tree["target_text"].to_series()
    return


@app.cell
def _(tree):
    tree["whose"].to_pandas().T
    return


@app.cell
def _(az, plt, tree):
    az.plot_forest(tree, var_names="estimate", combined=True)
    plt.show()
    return


@app.cell
def _(az, plt, tree):
    az.plot_dist(tree.sel(worldview="mayor"), var_names="estimate")
    plt.show()
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    What the pillar did to the mayor's estimate, before and after:
    """)
    return


@app.cell
def _(az, plt, tree):
    az.plot_prior_posterior(tree.sel(worldview="mayor"), var_names="estimate", coords={"target": "opens"})
    plt.show()
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    Where the model reconciles, what reviewers state about whole claims counts as evidence on their
    numbers. Then there is something to leave out: `az.loo` says how well each statement is foretold by the
    numbers and the other statements of its worldview.
    """)
    return


@app.cell
def _(az, cm, question):
    reconciling = cm.read_model({**question, "reconcile": True})
    reconciled = cm.sample(reconciling, draws=1000, tune=500, chains=2, random_seed=1)
    left_out = az.loo(reconciled, pointwise=True)
    left_out.elpd_i.to_series().rename("elpd").to_frame().assign(pareto_k=left_out.pareto_k.to_series())
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    The PyMC model itself, for whatever else you want to do with it:
    """)
    return


@app.cell
def _(cm, model):
    pymc_model = cm.build(model, observed="pillar")
    pymc_model.named_vars_to_dims
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    ## The model kept open

    For programs that change a number and want to see at once what it did: a state answers in
    milliseconds.
    """)
    return


@app.cell
def _(cm, model, plt):
    state = cm.open_model(model, "engineer")
    credences = [percent / 100 for percent in range(5, 100, 5)]
    follows = cm.probabilities([state.set({"mild": p}) for p in credences])

    curve, axes = plt.subplots(figsize=(6, 3.5))
    axes.plot(credences, follows)
    axes.set(xlabel="credence in a mild winter", ylabel="the bridge opens", ylim=(0, 1))
    plt.show()
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    ## Read on

    `help(cm.estimate)` tells of the fields of an answer, and [the documentation](../docs/index.md) of
    maps, measures and commands. The same notebook is [gallery.py](gallery.py) for marimo.
    """)
    return


if __name__ == "__main__":
    app.run()
