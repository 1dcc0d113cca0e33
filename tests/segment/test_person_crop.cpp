// Following a small person.
#include <doctest/doctest.h>

#include <vector>

#include "segment/person_crop.hpp"

using vbg::segment::PersonCrop;
using vbg::segment::Rect;

namespace {

/// What a perfect network of 64x64 says about `part` of a frame with a person in `person`.
std::vector<float> plane_of(const Rect& part, const std::vector<Rect>& people) {
    std::vector<float> plane(64 * 64, 0.F);
    for (int y = 0; y < 64; ++y) {
        for (int x = 0; x < 64; ++x) {
            const double fx = part.x + (x + 0.5) * part.width / 64,
                         fy = part.y + (y + 0.5) * part.height / 64;
            for (const Rect& p : people) {
                if (fx >= p.x && fx < p.x + p.width && fy >= p.y && fy < p.y + p.height) {
                    plane[static_cast<std::size_t>(y * 64 + x)] = 0.9F;
                }
            }
        }
    }
    return plane;
}

void step(PersonCrop& crop, const std::vector<Rect>& people) {
    crop.update(plane_of(crop.part(), people).data(), 64, 64);
}

bool holds(const Rect& part, const Rect& person) {
    return part.x <= person.x && part.y <= person.y && part.x + part.width >= person.x + person.width &&
           part.y + part.height >= person.y + person.height;
}

constexpr Rect kWhole{0, 0, 1280, 720};

}  // namespace

TEST_CASE("a large person, nobody, or specks leave the whole frame") {
    PersonCrop crop;
    crop.configure(1280, 720);
    CHECK(crop.part() == kWhole);
    step(crop, {{100, 30, 1050, 690}});
    CHECK(crop.part() == kWhole);
    step(crop, {});
    CHECK(crop.part() == kWhole);
}

TEST_CASE("a small person is followed, with room around, and never cut by a quick move") {
    PersonCrop crop;
    crop.configure(1280, 720);
    Rect person{300, 300, 160, 300};
    step(crop, {person});
    CHECK(holds(crop.part(), person));
    CHECK(crop.part().width < 640);
    CHECK(crop.part().height < 600);
    CHECK(crop.part().x + crop.part().width <= 1280);
    // Arms out at once: inside after one frame, as far as the crop showed them.
    const Rect arms{270, 290, 220, 310};
    step(crop, {arms});
    CHECK(holds(crop.part(), arms));
    // Walking: the crop keeps up.
    for (int i = 0; i < 60; ++i) {
        person.x += 8;
        step(crop, {person});
        CHECK(holds(crop.part(), person));
        CHECK(crop.part().x + crop.part().width <= 1280);
    }
    // Standing still: the crop comes to rest.
    for (int i = 0; i < 80; ++i) step(crop, {person});
    const Rect rest = crop.part();
    for (int i = 0; i < 20; ++i) step(crop, {person});
    CHECK(crop.part() == rest);
    // Gone: the whole frame again; reset() too.
    step(crop, {});
    CHECK(crop.part() == kWhole);
    step(crop, {person});
    CHECK_FALSE(crop.part() == kWhole);
    crop.reset();
    CHECK(crop.part() == kWhole);
}

TEST_CASE("who comes in elsewhere is found when the whole frame is surveyed") {
    PersonCrop crop;
    crop.configure(1280, 720);
    const Rect person{300, 300, 160, 300}, other{900, 320, 150, 300};
    int frames = 0;
    do {
        step(crop, {person});
        ++frames;
        REQUIRE(frames < 100);
    } while (!crop.survey_due());
    CHECK(frames >= PersonCrop::kSurveyEvery);
    CHECK_FALSE(holds(crop.part(), other));
    crop.survey(plane_of(kWhole, {person, other}).data(), 64, 64);
    CHECK_FALSE(crop.survey_due());
    CHECK(holds(crop.part(), person));
    CHECK(holds(crop.part(), other));
}

TEST_CASE("frames of one pixel and of one row") {
    for (const auto& [width, height] : {std::pair(1, 1), {640, 1}, {1, 480}, {9, 9}}) {
        PersonCrop crop;
        crop.configure(width, height);
        for (int i = 0; i < 40; ++i) {
            step(crop, {{0, 0, std::max(1, width / 3), std::max(1, height / 2)}});
            CHECK(crop.part().width >= 1);
            CHECK(crop.part().height >= 1);
            CHECK(holds({0, 0, width, height}, crop.part()));
        }
    }
}
